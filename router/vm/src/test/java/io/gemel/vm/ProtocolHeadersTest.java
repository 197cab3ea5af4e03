package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ProtocolHeadersTest {
    private static final InstantSource NOON = InstantSource.fixed(Instant.parse("2026-11-01T12:00:00Z"));

    @Test
    void headers_say_which_attempt_of_what_until_when() {
        assertThat(submission(Map.of(
                        "Idempotency-Key", "k",
                        "Gemel-Attempt", "17",
                        "Gemel-Deadline", "1000",
                        "Gemel-Fingerprint", "f")))
                .isEqualTo(new Submission("k", "f", 17, Instant.ofEpochSecond(1)));
    }

    @Test
    void a_request_that_came_without_a_router_is_an_attempt_of_now() {
        Instant noon = NOON.instant();
        assertThat(submission(Map.of("Idempotency-Key", "k")))
                .isEqualTo(new Submission("k", null, noon.toEpochMilli(), noon.plus(VmLimits.DEFAULT.time())));
    }

    @Test
    void a_wrong_header_is_named() {
        assertThatThrownBy(() -> submission(Map.of())).hasMessageContaining("Idempotency-Key");
        assertThatThrownBy(() -> submission(Map.of("Idempotency-Key", "k", "Gemel-Attempt", "1.5")))
                .hasMessageContaining("Gemel-Attempt");
        assertThatThrownBy(() -> submission(Map.of("Idempotency-Key", "k", "Gemel-Deadline", "noon")))
                .hasMessageContaining("Gemel-Deadline");
    }

    private static Submission submission(Map<String, String> headers) {
        return ProtocolHeaders.submission(headers::get, NOON, VmLimits.DEFAULT);
    }
}
