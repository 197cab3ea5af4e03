package io.gemel.apply.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PeerPulseTest {
    private static final long SKEW_MICROS = 7_000_000;
    private long nanos = 5;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final PeerPulse pulse = new PeerPulse(() -> now, () -> nanos);

    @Test
    void empty_polls_add_up_to_silence_and_a_record_ends_it() {
        emptyPolls(10);
        assertThat(pulse.silence()).isEqualTo(Duration.ofSeconds(2));
        assertThat(pulse.missingMillis()).isZero();

        emptyPolls(10);
        assertThat(pulse.missingMillis()).isEqualTo(4_000).isEqualTo(pulse.heardMillis());

        poll(1);
        assertThat(pulse.silence()).isZero();
        assertThat(pulse.heardMillis()).isZero();
    }

    @Test
    void other_work_is_no_silence() {
        poll(1);
        pass(Duration.ofMinutes(1));
        emptyPolls(1);

        assertThat(pulse.silence()).isEqualTo(Duration.ofMillis(200));
        assertThat(pulse.missingMillis()).isZero();
        assertThat(pulse.heardMillis()).isEqualTo(60_200);
    }

    @Test
    void looking_for_the_log_is_silence() {
        pulse.connecting();
        pass(Duration.ofSeconds(11));
        pulse.connecting();
        assertThat(pulse.silence()).isEqualTo(Duration.ofSeconds(11));
        assertThat(pulse.missingMillis()).isEqualTo(11_000);

        pulse.connected();
        assertThat(pulse.silence()).isZero();
    }

    @Test
    void takes_the_skew_from_a_heartbeat_that_was_waited_for() {
        assertThat(pulse.skewMillis()).isZero();
        emptyPolls(1);
        poll(1);
        beat(Duration.ofMillis(3));

        assertThat(pulse.skewMillis()).isEqualTo(6_997);
    }

    @Test
    void a_backlog_says_nothing_of_the_clock() {
        poll(500);
        beat(Duration.ofSeconds(40));
        poll(500);
        beat(Duration.ofSeconds(20));

        assertThat(pulse.skewMillis()).isZero();
    }

    @Test
    void what_was_fetched_before_other_work_says_nothing_of_the_clock() {
        emptyPolls(1);
        pass(Duration.ofSeconds(40));
        poll(1);
        beat(Duration.ofSeconds(40));

        assertThat(pulse.skewMillis()).isZero();
    }

    @Test
    void what_comes_after_an_outage_says_nothing_of_the_clock() {
        emptyPolls(1);
        poll(1);
        beat(Duration.ZERO);
        emptyPolls(200);
        poll(3);
        beat(Duration.ofSeconds(40));
        emptyPolls(1);
        poll(3);
        beat(Duration.ofSeconds(20)); // the peer's Kafka did not get everything at once

        assertThat(pulse.skewMillis()).isEqualTo(7_000);
    }

    @Test
    void forgets_a_clock_that_was_set_right() {
        emptyPolls(1);
        poll(1);
        beat(Duration.ZERO);
        for (int i = 0; i < 30; i++) { // longer than two spans
            emptyPolls(4);
            poll(1);
            beat(Duration.ofMillis(SKEW_MICROS / 1_000)); // no longer ahead
        }

        assertThat(pulse.skewMillis()).isZero();
    }

    @Test
    void a_version_from_the_future_tells_at_least_how_far_the_clock_is_ahead() {
        poll(1);
        pulse.atLeastAhead(120_000_000);
        pass(Duration.ofMinutes(10));

        assertThat(pulse.skewMillis()).isEqualTo(120_000);
    }

    private void emptyPolls(int count) {
        for (int i = 0; i < count; i++) {
            long begun = nanos;
            pass(Duration.ofMillis(200));
            pulse.polled(begun, 0);
        }
    }

    private void poll(int records) {
        pulse.polled(nanos, records);
    }

    /** The peer's clock is ahead by a fixed time. */
    private void beat(Duration way) {
        pulse.beat(now.toEpochMilli() * 1_000 + SKEW_MICROS - way.toNanos() / 1_000);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
        now = now.plus(time);
    }
}
