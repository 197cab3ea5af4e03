package io.gemel.conflict.log;

import io.gemel.transaction.LogRecord;
import io.gemel.transaction.Marker;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TransactionHeader;

/**
 * Follows a log record by record and says of each whether it is valid: duplicates and records of an older epoch are
 * skipped, a gap or another site's record is an error that must stop the reader. One thread.
 */
public final class LogCursor {
    private final SiteId origin;
    private long epoch;
    private long position;
    private long commitPosition;
    private int nextPart;
    private int nextFragment; // of that part

    /** What to do with a record. */
    public enum Verdict {
        /** It is the next one. */
        TAKE,
        /** It is known already or does not count. */
        SKIP,
        /** A process wrote it after another one had taken the log over: it does not count. */
        OUTDATED,
        /** A new epoch began: it counts, and a transaction whose last part has not come never existed. */
        DISCARD_OPEN_PARTS
    }

    /** Starts behind what a marker says was applied. */
    public LogCursor(SiteId origin, Marker applied) {
        this.origin = origin;
        epoch = applied.epoch();
        position = applied.position();
        commitPosition = applied.peerCommit();
    }

    /** Last position that was taken completely. */
    public long position() {
        return position;
    }

    public long epoch() {
        return epoch;
    }

    /**
     * Judges the next record read from the topic.
     *
     * @throws LogException when the record cannot follow what was read before
     */
    public Verdict next(LogRecord record) throws LogException {
        if (record.epoch() < epoch) {
            return Verdict.OUTDATED;
        }
        boolean newEpoch = record.epoch() > epoch;
        if (newEpoch) {
            epoch = record.epoch();
            nextPart = 0;
            nextFragment = 0;
        }
        if (record instanceof LogRecord.Opened) {
            return newEpoch ? Verdict.DISCARD_OPEN_PARTS : Verdict.SKIP;
        }
        if (record instanceof LogRecord.Heartbeat heartbeat) {
            return heartbeat(heartbeat);
        }
        return record instanceof LogRecord.Fragment fragment ? fragment(fragment) : part((LogRecord.Part) record, 0);
    }

    /** Each is the next one of the next part; the last one counts as the part. */
    private Verdict fragment(LogRecord.Fragment fragment) throws LogException {
        LogRecord.Part part = fragment.part();
        if (fragment.last()) {
            return part(part, fragment.index());
        }
        checkOrigin(part.header());
        if (part.header().position() <= position) {
            return Verdict.SKIP;
        }
        checkNext(part, fragment.index());
        nextFragment++;
        return Verdict.TAKE;
    }

    private void checkNext(LogRecord.Part part, int fragment) throws LogException {
        if (part.header().position() != position + 1 || part.index() != nextPart || fragment != nextFragment) {
            throw gap(part.header().position());
        }
    }

    private Verdict heartbeat(LogRecord.Heartbeat heartbeat) throws LogException {
        checkOrigin(heartbeat.header());
        if (heartbeat.header().position() > position) {
            throw gap(heartbeat.header().position() + 1);
        }
        return heartbeat.header().position() == position ? Verdict.TAKE : Verdict.SKIP;
    }

    private Verdict part(LogRecord.Part part, int fragment) throws LogException {
        TransactionHeader header = part.header();
        checkOrigin(header);
        if (header.position() <= position) {
            return Verdict.SKIP;
        }
        checkNext(part, fragment);
        nextFragment = 0;
        if (!part.last()) {
            nextPart++;
            return Verdict.TAKE;
        }
        if (header.commitPosition() <= commitPosition) {
            throw new LogException("the log of " + origin + " runs backwards: position " + header.position()
                    + " has commit position " + header.commitPosition() + ", an earlier one had " + commitPosition
                    + "; was its database restored from a backup? Start the pair anew (docs/operate.md)");
        }
        nextPart = 0;
        position = header.position();
        commitPosition = header.commitPosition();
        return Verdict.TAKE;
    }

    private void checkOrigin(TransactionHeader header) throws LogException {
        if (!header.origin().equals(origin)) {
            throw new LogException("the log of " + origin + " holds a record of site " + header.origin()
                    + "; two sites must not share a topic: give each its own name or log.topic.prefix, and start the pair anew"
                    + " (docs/operate.md)");
        }
    }

    private LogException gap(long found) {
        return new LogException(
                "the log of " + origin + " has a gap: position " + (position + 1) + " is missing, found " + found
                        + "; its topic was truncated, recreated or expired. Start the pair anew (docs/operate.md)");
    }
}
