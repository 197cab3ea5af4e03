package io.gemel.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InterruptibleWorkTest {
    private final InterruptibleWork work = new InterruptibleWork();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    @AfterEach
    void end() {
        thread.shutdownNow();
    }

    @Test
    void a_stop_interrupts_the_work_and_leaves_no_interrupt_behind() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Future<Boolean> left = thread.submit(() -> {
            assertThat(work.begin()).isTrue();
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                work.end();
            }
            return Thread.currentThread().isInterrupted();
        });
        begun.await();

        work.stop();

        assertThat(left.get(30, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void a_stop_before_or_after_the_work_interrupts_nobody() {
        assertThat(work.begin()).isTrue();
        work.end();

        work.stop();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void nothing_begins_after_a_stop() {
        work.stop();

        assertThat(work.begin()).isFalse();
    }

    @Test
    void an_interrupt_by_somebody_else_stays() {
        assertThat(work.begin()).isTrue();
        Thread.currentThread().interrupt();

        work.end();

        assertThat(Thread.interrupted()).isTrue();
    }
}
