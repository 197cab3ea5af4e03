package io.gemel.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class PostgresSnapshotTest {
    private static final long EPOCH = 1L << 32;

    @Test
    void sees_what_had_ended_before() {
        PostgresSnapshot snapshot = PostgresSnapshot.parse("100:110:100,104");

        assertThat(snapshot).isEqualTo(new PostgresSnapshot(110, Set.of(100, 104)));
        assertThat(snapshot.sees(99)).isTrue();
        assertThat(snapshot.sees(100)).isFalse();
        assertThat(snapshot.sees(101)).isTrue();
        assertThat(snapshot.sees(104)).isFalse();
        assertThat(snapshot.sees(109)).isTrue();
        assertThat(snapshot.sees(110)).isFalse();
        assertThat(snapshot.sees(111)).isFalse();
    }

    @Test
    void sees_all_when_nothing_was_running() {
        assertThat(PostgresSnapshot.parse("100:100:").sees(99)).isTrue();
        assertThat(PostgresSnapshot.parse("100:100:").sees(100)).isFalse();
    }

    @Test
    void goes_on_where_the_numbers_of_the_log_begin_anew() {
        PostgresSnapshot snapshot =
                PostgresSnapshot.parse((EPOCH - 2) + ":" + (EPOCH + 5) + ":" + (EPOCH - 2) + "," + (EPOCH + 3));

        assertThat(snapshot.sees(EPOCH - 3)).isTrue();
        assertThat(snapshot.sees(EPOCH - 2)).isFalse();
        assertThat(snapshot.sees(EPOCH - 1)).isTrue();
        assertThat(snapshot.sees(3)).isFalse();
        assertThat(snapshot.sees(4)).isTrue();
        assertThat(snapshot.sees(5)).isFalse();
    }

    @Test
    void knows_numbers_beyond_the_middle() {
        PostgresSnapshot snapshot = PostgresSnapshot.parse("3000000000:3000000002:3000000000");

        assertThat(snapshot.sees(2_999_999_999L)).isTrue();
        assertThat(snapshot.sees(3_000_000_000L)).isFalse();
        assertThat(snapshot.sees(3_000_000_001L)).isTrue();
        assertThat(snapshot.sees(3_000_000_002L)).isFalse();
    }

    @Test
    void is_nothing_but_a_snapshot() {
        assertThatThrownBy(() -> PostgresSnapshot.parse("100")).isInstanceOf(IllegalArgumentException.class);
    }
}
