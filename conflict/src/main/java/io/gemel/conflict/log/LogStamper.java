package io.gemel.conflict.log;

import io.gemel.transaction.Marker;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;

/**
 * Gives every local transaction its position, version and {@code seen}, from nothing but the database's own log read in
 * order. Reading the same stretch again after a restart therefore gives the same stamps. Capturing thread only.
 */
public final class LogStamper {
    private final SiteId site;
    private long position;
    private long commitPosition;
    private long clock;
    private long seen;

    /** Starts an empty log. */
    public LogStamper(SiteId site) {
        this(new TransactionHeader(site, 0, 0, new Version(0, site), 0));
    }

    /** Goes on behind the last record of this site's log, transaction or heartbeat. */
    public LogStamper(TransactionHeader tail) {
        site = tail.origin();
        position = tail.position();
        commitPosition = tail.commitPosition();
        clock = tail.version().micros();
        seen = tail.seen();
    }

    /** Returns whether everything up to this commit was already in the log when this process started. */
    public boolean alreadyPublished(long commit) {
        return commit <= commitPosition;
    }

    /** A marker was read: what follows in the database's log had seen the peer's log up to there. */
    public void marker(Marker marker) {
        clock = Math.max(clock, marker.version().micros());
        seen = Math.max(seen, marker.position());
    }

    /**
     * A local transaction was read.
     *
     * @param commitMicros its commit time by the database's clock, microseconds since 1970
     * @return its header, with the commit position still unknown
     */
    public TransactionHeader transaction(long commitMicros) {
        position++;
        clock = Math.max(clock + 1, commitMicros);
        return new TransactionHeader(site, position, TransactionHeader.UNKNOWN_COMMIT, new Version(clock, site), seen);
    }

    /** Position, clock and {@code seen} as of a commit that was read: what a heartbeat says. It takes no position. */
    public TransactionHeader heartbeat(long commit) {
        return new TransactionHeader(site, position, commit, new Version(clock, site), seen);
    }
}
