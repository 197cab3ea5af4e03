package io.gemel.conflict.log;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far capture has read the local database's log: what it has read is in the window. The applier checks it before it
 * relies on the window. Thread-safe.
 */
public final class ReadProgress {
    private final Watermark commitPosition = new Watermark();
    private @Nullable String horizon;
    private boolean asked;
    private long askedFirst; // a heartbeat behind this one answers some who asked
    private long askedLast; // and one behind this one answers all

    /** Capture has read, and registered, every commit up to this commit position. */
    public void read(long newCommitPosition) {
        commitPosition.reach(newCommitPosition);
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
    public long commitPosition() {
        return commitPosition.reached();
    }

    /**
     * Waits until capture has read past {@code position}.
     *
     * @return false when it did not within the timeout
     */
    public boolean awaitRead(long position, Duration timeout) throws InterruptedException {
        return commitPosition.await(position, timeout);
    }

    /** Asks capture to publish the next heartbeat that it reads behind this commit position, however little there is to say. */
    public synchronized void askForHeartbeat(long behind) {
        askedFirst = asked ? Math.min(askedFirst, behind) : behind;
        askedLast = asked ? Math.max(askedLast, behind) : behind;
        asked = true;
    }

    /**
     * Returns whether the heartbeat committed at this position was requested, and clears the requests that it answers.
     */
    public synchronized boolean takeAskedHeartbeat(long heartbeatPosition) {
        if (!asked || heartbeatPosition <= askedFirst) {
            return false;
        }
        asked = heartbeatPosition <= askedLast;
        askedFirst = heartbeatPosition;
        return true;
    }
}
