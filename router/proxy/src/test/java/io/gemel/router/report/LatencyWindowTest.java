package io.gemel.router.report;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class LatencyWindowTest {
    @Property
    void a_latency_lies_below_its_buckets_bound_by_an_eighth_at_most(@ForAll @IntRange(min = 1) int micros) {
        double upper = LatencyWindow.upperMicros(LatencyWindow.bucket(micros));
        assertThat(upper).isGreaterThan(micros * 0.999).isLessThanOrEqualTo(micros * 1.126 + 1);
    }

    @Test
    void quantiles_are_those_of_the_last_turns() {
        LatencyWindow window = new LatencyWindow();
        for (int i = 0; i < 99; i++) {
            window.record(1000);
        }
        window.record(1_000_000);
        assertThat(window.quantileMillis(0.5)).isBetween(1.0, 1.2);
        assertThat(window.quantileMillis(0.999)).isBetween(1000.0, 1200.0);
        window.tick(LatencyWindow.TURN_MILLIS);
        window.tick(2 * LatencyWindow.TURN_MILLIS);
        assertThat(window.quantileMillis(0.5)).isZero();
    }
}
