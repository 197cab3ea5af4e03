package io.gemel.capture.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OffsetIndexTest {
    private final OffsetIndex index = new OffsetIndex();

    @Test
    void knows_a_place_at_or_before_every_position_however_many_there_were() {
        int positions = OffsetIndex.ENTRIES_MAX * 5;
        for (long position = 1; position <= positions; position++) {
            index.note(position, position * 10);
        }

        for (long position = 1; position <= positions; position += 997) {
            assertThat(index.before(position, 0)).isLessThanOrEqualTo(position * 10);
        }
        assertThat(index.before(positions, 0)).isGreaterThan(positions * 10L - 1_000);
    }

    @Test
    void falls_back_to_what_it_is_told_before_the_first_position() {
        index.note(50, 500);

        assertThat(index.before(49, 7)).isEqualTo(7);
        assertThat(index.before(50, 7)).isEqualTo(500);
    }

    @Test
    void does_not_let_a_position_that_is_read_again_move_it_back() {
        index.note(1, 10);
        index.note(2, 20);
        index.note(1, 99);

        assertThat(index.before(1, 0)).isEqualTo(10);
    }
}
