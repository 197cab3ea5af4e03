package io.gemel.conflict.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReadProgressTest {
    private final ReadProgress progress = new ReadProgress();

    @Test
    void only_grows() throws Exception {
        progress.read(10);
        progress.read(9);

        assertThat(progress.commitPosition()).isEqualTo(10);
        assertThat(progress.awaitRead(10, Duration.ZERO)).isTrue();
        assertThat(progress.awaitRead(11, Duration.ofMillis(1))).isFalse();
    }

    @Test
    void lets_a_thread_go_that_waited_for_what_was_read() throws Exception {
        Thread reader = new Thread(() -> progress.read(20));
        reader.start();

        assertThat(progress.awaitRead(20, Duration.ofSeconds(10))).isTrue();
        reader.join();
    }

    @Test
    void lets_a_thread_go_whose_transactions_were_read_wherever_they_are() throws Exception {
        progress.transaction(7);
        assertThat(progress.awaitRead(20, Set.of(7L, 8L), Duration.ofMillis(1))).isFalse();
        Thread reader = new Thread(() -> progress.transaction(8));
        reader.start();

        assertThat(progress.awaitRead(20, Set.of(7L, 8L), Duration.ofSeconds(10)))
                .isTrue();
        assertThat(progress.awaitRead(20, Set.of(), Duration.ZERO)).isFalse();
        reader.join();
    }

    @Test
    void knows_transactions_by_what_the_log_has_of_their_ids() {
        progress.transaction(7);

        assertThat(progress.hasRead(Set.of((1L << 32) + 7))).isTrue();
        assertThat(progress.hasRead(Set.of((1L << 32) + 8))).isFalse();
        assertThat(progress.hasRead(Set.of())).isTrue();
    }

    @Test
    void forgets_the_transactions_that_it_read_first() {
        for (long id = 0; id <= ReadProgress.TRANSACTIONS_MAX; id++) {
            progress.transaction(id);
        }

        assertThat(progress.hasRead(Set.of(0L))).isFalse();
        assertThat(progress.hasRead(Set.of(1L, (long) ReadProgress.TRANSACTIONS_MAX)))
                .isTrue();
    }

    @Test
    void wants_a_heartbeat_behind_the_place_that_was_asked_for_and_one_only() {
        assertThat(progress.takeAskedHeartbeat(5)).isFalse();

        progress.askForHeartbeat(10);
        assertThat(progress.takeAskedHeartbeat(10)).isFalse();
        assertThat(progress.takeAskedHeartbeat(11)).isTrue();
        assertThat(progress.takeAskedHeartbeat(12)).isFalse();
    }

    @Test
    void answers_the_first_who_asked_without_forgetting_the_last() {
        progress.askForHeartbeat(10);
        progress.askForHeartbeat(20);
        progress.askForHeartbeat(30);

        assertThat(progress.takeAskedHeartbeat(15)).isTrue();
        assertThat(progress.takeAskedHeartbeat(25)).isTrue();
        assertThat(progress.takeAskedHeartbeat(31)).isTrue();
        assertThat(progress.takeAskedHeartbeat(32)).isFalse();
    }
}
