package io.gemel.deploy.embedded;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for something outside this JVM that sends no notice when it happens: it is asked again and again. */
public final class Waiting {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private Waiting() {}

    /**
     * Returns once {@code done} says true.
     *
     * @param what completes the sentence "waited N s for ..."
     * @throws IllegalStateException when {@code limit} has passed first, or the thread is interrupted
     */
    public static void until(String what, Duration limit, BooleanSupplier done) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("waited " + limit.toSeconds() + " s for " + what);
            }
            try {
                Thread.sleep(PAUSE.toMillis());
            } catch (InterruptedException e) {
                throw interrupted("waiting for " + what, e);
            }
        }
    }

    /** Keeps the interrupt for the caller's thread and gives the exception to throw. */
    static IllegalStateException interrupted(String during, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while " + during, cause);
    }
}
