package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SubmissionTest {
    private static final Instant SOON = Instant.ofEpochMilli(1);

    @Test
    void a_key_may_be_as_long_as_the_limit() {
        String longest = "k".repeat(Submission.KEY_MAX);
        assertThat(new Submission(longest, null, 1, SOON).key()).isEqualTo(longest);
        assertThatThrownBy(() -> new Submission(longest + "k", null, 1, SOON)).hasMessageContaining("1 to 255");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "two\nlines", "tab\t", "ümlaut", "\u0000"})
    void a_key_is_printable(String key) {
        assertThatThrownBy(() -> new Submission(key, null, 1, SOON)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_attempt_has_a_number() {
        assertThatThrownBy(() -> new Submission("k", null, 0, SOON)).hasMessageContaining("at least 1");
    }

    @Test
    void a_fingerprint_tells_requests_apart() {
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        // printf 'POST\n/transfers?a=b\n{}' | sha256sum
        assertThat(Submission.fingerprintOf("POST", "/transfers?a=b", body))
                .isEqualTo("0b39242497e8fd323b925ffc0aa24d06e9c76ce68c49abe02aecfe45f03fb4b0")
                .isNotEqualTo(Submission.fingerprintOf("PUT", "/transfers?a=b", body))
                .isNotEqualTo(Submission.fingerprintOf("POST", "/transfers", body))
                .isNotEqualTo(Submission.fingerprintOf("POST", "/transfers?a=b", new byte[0]));
    }
}
