package io.gemel.conflict.log;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far capture has read the local database's log: what it has read is in the window. The applier checks it before it
 * relies on the window. Thread-safe.
 */
public final class ReadProgress {
    /** Transactions that are remembered one by one, the last ones read. */
    static final int TRANSACTIONS_MAX = 4_000;

    private static final long ID_BITS = 0xFFFF_FFFFL; // of those that the database's log has

    private final Set<Long> transactions = new LinkedHashSet<>();
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
     * Capture has read, and registered, this transaction.
     *
     * @param id the database's; the lower 32 bits count
     */
    public void transaction(long id) {
        remember(id & ID_BITS);
        commitPosition.lookAgain();
    }

    private synchronized void remember(long id) {
        transactions.add(id);
        if (transactions.size() > TRANSACTIONS_MAX) {
            Iterator<Long> eldest = transactions.iterator();
            eldest.next();
            eldest.remove();
        }
    }

    /**
     * Returns whether each of these transactions is among the last ones that capture has read. One that is not may have changed
     * nothing that is captured.
     *
     * @param ids the database's; the lower 32 bits count
     */
    public synchronized boolean hasRead(Set<Long> ids) {
        return ids.stream().allMatch(id -> transactions.contains(id & ID_BITS));
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

    /**
     * Waits until capture has read past {@code position}, or has read each of these transactions if any are named.
     *
     * @return false when it did neither within the timeout
     */
    public boolean awaitRead(long position, Set<Long> ids, Duration timeout) throws InterruptedException {
        return commitPosition.await(position, () -> !ids.isEmpty() && hasRead(ids), timeout);
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
