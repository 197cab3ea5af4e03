package io.gemel.apply;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchSizeTest {
    private final BatchSize size = new BatchSize();

    @Test
    void takes_whatever_is_there_at_first_and_while_all_goes_well() {
        size.wentWell();
        assertThat(size.records()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void is_half_of_what_was_taken_apart_and_at_least_one() {
        size.tookApart(500);
        assertThat(size.records()).isEqualTo(250);
        size.tookApart(2);
        size.tookApart(2);
        assertThat(size.records()).isEqualTo(1);
    }

    @Test
    void never_grows_by_being_taken_apart() {
        size.tookApart(4);
        size.tookApart(1000);
        assertThat(size.records()).isEqualTo(1);
    }

    @Test
    void comes_back_to_a_group_of_hundreds_within_a_few_dozen_groups() {
        size.tookApart(2);
        for (int i = 0; i < 30; i++) {
            size.wentWell();
        }
        assertThat(size.records()).isGreaterThan(500);
    }
}
