package io.gemel.capture.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FreshBeatsTest {
    private static final long SECOND = 1_000_000L;

    private final FreshBeats beats = new FreshBeats();

    @Test
    void believes_heartbeats_that_take_as_long_as_each_other() {
        assertThat(read(10 * SECOND, 0)).isFalse(); // nothing to compare it with
        assertThat(read(11 * SECOND, 30_000)).isTrue();
        assertThat(read(12 * SECOND, 10_000)).isTrue();
    }

    @Test
    void leaves_out_one_that_waited_behind_a_long_transaction() {
        read(10 * SECOND, 0);
        assertThat(read(11 * SECOND, 11 * SECOND)).isFalse();
        assertThat(read(22 * SECOND, SECOND)).isFalse();
        assertThat(read(24 * SECOND, 0)).isTrue();
    }

    @Test
    void leaves_out_those_of_a_backlog_that_was_there_from_the_beginning() {
        assertThat(read(10 * SECOND, 20 * SECOND)).isFalse();
        assertThat(read(20 * SECOND, 12 * SECOND)).isFalse();
        assertThat(read(33 * SECOND, 0)).isFalse();
        assertThat(read(34 * SECOND, 0)).isTrue();
    }

    @Test
    void believes_a_clock_that_was_set_back_after_a_while() {
        read(0, 0);
        long told = 0;
        long second = 0;
        while (told == 0 && second < 1_000) {
            second++;
            told = read(second * SECOND, 10 * SECOND) ? second : 0;
        }
        assertThat(told).isBetween(FreshBeats.SPAN.toSeconds(), 2 * FreshBeats.SPAN.toSeconds() + 2);
    }

    private boolean read(long commitMicros, long delayMicros) {
        return beats.fresh(commitMicros, (commitMicros + delayMicros) * 1_000);
    }
}
