package io.gemel.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class SingleFlightTest {
    private final Queue<Runnable> work = new ArrayDeque<>();
    private int asked;
    private final SingleFlight<Integer> answer = new SingleFlight<>(() -> ++asked, work::add);

    @Test
    void gives_all_who_ask_before_it_is_asked_one_answer() throws Exception {
        CompletableFuture<Integer> first = answer.ask();
        CompletableFuture<Integer> second = answer.ask();
        work.remove().run();

        assertThat(first.get()).isEqualTo(1);
        assertThat(second.get()).isEqualTo(1);
        assertThat(work).isEmpty();
    }

    @Test
    void gives_who_asks_meanwhile_the_next_answer() throws Exception {
        Queue<CompletableFuture<Integer>> meanwhile = new ArrayDeque<>();
        Queue<SingleFlight<Integer>> self = new ArrayDeque<>();
        SingleFlight<Integer> busy = new SingleFlight<>(
                () -> {
                    if (++asked == 1) {
                        meanwhile.add(self.element().ask());
                        meanwhile.add(self.element().ask());
                    }
                    return asked;
                },
                work::add);
        self.add(busy);
        CompletableFuture<Integer> first = busy.ask();
        work.remove().run();

        assertThat(first.get()).isEqualTo(1);
        assertThat(meanwhile).hasSize(2);
        assertThat(meanwhile.remove().get()).isEqualTo(2);
        assertThat(meanwhile.remove().get()).isEqualTo(2);
        assertThat(work).isEmpty();
    }

    @Test
    void asks_again_after_a_failure() throws Exception {
        SingleFlight<Integer> failing = new SingleFlight<>(
                () -> {
                    if (++asked == 1) {
                        throw new IllegalStateException("away");
                    }
                    return asked;
                },
                work::add);
        CompletableFuture<Integer> first = failing.ask();
        work.remove().run();
        assertThatThrownBy(first::get).isInstanceOf(ExecutionException.class).hasMessageContaining("away");

        CompletableFuture<Integer> second = failing.ask();
        work.remove().run();
        assertThat(second.get()).isEqualTo(2);
    }

    @Test
    void fails_when_nothing_is_executed_any_more() {
        SingleFlight<Integer> late = new SingleFlight<>(() -> 1, task -> {
            throw new RejectedExecutionException("closed");
        });

        assertThatThrownBy(() -> late.ask().get())
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("closed");
    }
}
