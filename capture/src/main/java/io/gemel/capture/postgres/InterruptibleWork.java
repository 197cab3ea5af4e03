package io.gemel.capture.postgres;

import org.jspecify.annotations.Nullable;

/**
 * The work of a thread that is interrupted in it alone: around it, an interrupt would disturb what another library tidies up.
 * Thread-safe; one thread works.
 */
final class InterruptibleWork {
    private @Nullable Thread worker; // while it works
    private boolean stopped;

    /** Marks this thread as one that may be interrupted; returns false when nothing more is to be done. */
    synchronized boolean begin() {
        worker = stopped ? null : Thread.currentThread();
        return worker != null;
    }

    /** From here on this thread is not interrupted, and an interrupt by {@link #stop} is taken back. */
    synchronized void end() {
        worker = null;
        if (stopped) {
            Thread.interrupted();
        }
    }

    /** Allows no more work, and interrupts what is going on. Any thread; may be repeated. */
    synchronized void stop() {
        stopped = true;
        if (worker != null) {
            worker.interrupt();
        }
    }
}
