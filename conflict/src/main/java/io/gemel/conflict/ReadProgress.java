package io.gemel.conflict;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far capture has read the local database's log: what it has read is in the window. The applier asks before it trusts
 * the window. Thread-safe.
 */
public final class ReadProgress {
    private long commitPosition;
    private @Nullable String horizon;

    /** Capture has read, and registered, every commit up to this commit position. */
    public synchronized void read(long newCommitPosition) {
        commitPosition = Math.max(commitPosition, newCommitPosition);
        notifyAll();
    }

    /**
     * Capture has read back a snapshot that was stored in the database: every transaction that is finished in it is
     * registered.
     *
     * @param snapshot in the database's own form
     */
    public synchronized void horizon(String snapshot) {
        horizon = snapshot;
    }

    /** The latest snapshot read back, or null when there was none since the start. */
    public synchronized @Nullable String horizon() {
        return horizon;
    }

    /** Last commit position read. */
    public synchronized long commitPosition() {
        return commitPosition;
    }

    /**
     * Waits until capture has read past {@code position}.
     *
     * @return false when it did not within the timeout
     */
    public synchronized boolean awaitRead(long position, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (commitPosition < position) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return true;
    }
}
