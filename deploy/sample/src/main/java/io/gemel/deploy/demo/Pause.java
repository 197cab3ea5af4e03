package io.gemel.deploy.demo;

import java.time.Duration;

/** Lets time pass where what is waited for gives no notice. */
final class Pause {
    private Pause() {}

    /** Sleeps; an interrupt ends the work of the calling thread. */
    static void of(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting", e);
        }
    }
}
