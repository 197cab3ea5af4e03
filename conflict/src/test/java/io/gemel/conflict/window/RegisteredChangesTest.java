package io.gemel.conflict.window;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RegisteredChangesTest {
    private final RegisteredChanges registered = new RegisteredChanges();

    @Test
    void the_first_change_of_a_log_is_new() {
        assertThat(registered.isNew(1, 0)).isTrue();
        assertThat(registered.position()).isZero();
    }

    @Test
    void a_transaction_read_again_is_new_from_where_it_was_cut() {
        registered.advance(7, 2);

        assertThat(registered.isNew(7, 0)).isFalse();
        assertThat(registered.isNew(7, 2)).isFalse();
        assertThat(registered.isNew(7, 3)).isTrue();
        assertThat(registered.isNew(6, 9)).isFalse();
        assertThat(registered.isNew(8, 0)).isTrue();
    }

    @Test
    void what_is_read_again_does_not_move_it_back() {
        registered.advance(7, 2);

        registered.advance(7, 1);
        registered.advance(6, 5);

        assertThat(registered.position()).isEqualTo(7);
        assertThat(registered.isNew(7, 2)).isFalse();
    }
}
