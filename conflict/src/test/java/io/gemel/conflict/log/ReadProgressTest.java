package io.gemel.conflict.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
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
