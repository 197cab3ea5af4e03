package io.gemel.conflict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ValueOrderTest {
    @Test
    void sorts_numbers_as_the_database_does() {
        sorts("-Infinity", "-10", "-5.5", "0", "1e-3", "9.75", "10.5", "1000", "Infinity", "NaN");
    }

    @Test
    void sorts_dates_as_the_database_does() {
        sorts(
                "-infinity",
                "4713-01-01 BC",
                "0500-01-01 BC",
                "0500-02-01 BC",
                "0001-01-01 BC",
                "0001-01-01",
                "0300-01-01",
                "2026-03-01",
                "9999-12-31",
                "10000-01-01",
                "infinity");
    }

    @Test
    void sorts_times_as_the_database_does() {
        sorts(
                "0044-03-15 12:00:00+00 BC",
                "0044-03-15 12:00:00.5+00 BC",
                "2026-03-01 12:00:00+00",
                "2026-03-01 12:00:00.25+00",
                "2026-03-01 12:00:01+00",
                "294276-12-31 23:59:59+00");
    }

    @Test
    void calls_numbers_equal_that_differ_in_their_digits_only() {
        assertThat(ValueOrder.compare("10.50", "10.5")).isZero();
        assertThat(ValueOrder.compare("NaN", "NaN")).isZero();
    }

    private static void sorts(String... ascending) {
        List<String> shuffled = new ArrayList<>(List.of(ascending));
        Collections.shuffle(shuffled, new Random(7));
        shuffled.sort(ValueOrder::compare);
        assertThat(shuffled).containsExactly(ascending);
    }
}
