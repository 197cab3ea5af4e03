package io.gemel.router.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ExpiryQueueTest {
    private final ExpiryQueue<String> deadlines = new ExpiryQueue<>();

    @Test
    void things_fall_due_in_order() {
        deadlines.add("a", 10);
        deadlines.add("b", 20);

        assertThat(deadlines.pollDue(9)).isNull();
        assertThat(deadlines.pollDue(20)).isEqualTo("a");
        assertThat(deadlines.pollDue(20)).isEqualTo("b");
        assertThat(deadlines.pollDue(20)).isNull();
    }

    @Test
    void a_shorter_time_does_not_wait_for_a_longer_one_that_began_before() {
        deadlines.add("long", 100);
        deadlines.add("longer", 110);
        deadlines.add("short", 20);
        deadlines.add("shorter", 15);

        assertThat(deadlines.pollDue(20)).isEqualTo("shorter");
        assertThat(deadlines.pollDue(20)).isEqualTo("short");
        assertThat(deadlines.pollDue(20)).isNull();
        assertThat(deadlines.pollDue(100)).isEqualTo("long");
    }
}
