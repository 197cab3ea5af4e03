package io.gemel.apply.simulation;

import io.gemel.conflict.log.LogStamper;
import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.Marker;
import io.gemel.transaction.TransactionHeader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One run of capture: reads the database's log commit by commit, stamps local transactions with the core's stamper, registers
 * them in the window, and publishes them later, record by record.
 */
final class SimulatedCapture {
    /** Changes in one record when transactions travel in parts. */
    private static final int PART_CHANGES = 2;

    private final Configuration configuration;
    private final SimulatedDatabase database;
    private final SimulatedLog log;
    private final SiteProcess process;
    private final long epoch;
    private final LogStamper stamper;
    private final Deque<LogRecord> unpublished = new ArrayDeque<>();
    private int nextOffset; // of the next record, when nobody else writes
    private int nextCommit;
    private @Nullable TransactionHeader reading; // of a transaction that is read in part
    private int nextChange;
    private boolean lost;
    private long heartbeatCommit; // of the planted fault that makes transactions of heartbeats

    /**
     * @param tail the record to go on behind
     * @param firstCommit index in the database's log from which it is read again
     */
    SimulatedCapture(
            Configuration configuration,
            SimulatedDatabase database,
            SimulatedLog log,
            SiteProcess process,
            long epoch,
            TransactionHeader tail,
            int firstCommit) {
        this.configuration = configuration;
        this.database = database;
        this.log = log;
        this.process = process;
        this.epoch = epoch;
        stamper = new LogStamper(tail);
        nextOffset = log.size();
        nextCommit = firstCommit;
        heartbeatCommit = tail.commitPosition();
    }

    /**
     * Reads one commit, or one part of one.
     *
     * @param blink whether a planted fault misses a marker this time
     * @return false when there is nothing to read
     */
    boolean read(boolean blink) {
        if (nextCommit >= database.log().size()) {
            return false;
        }
        SimulatedDatabase.Commit commit = database.log().get(nextCommit);
        Marker marker = commit.marker();
        if (isPublished(commit)) {
            nextCommit++;
        } else if (marker != null) {
            Marker known = blink && configuration.has(Fault.SEEN_TOO_LOW) ? positionless(marker) : marker;
            readApplied(commit, known);
        } else {
            readPart(commit);
        }
        return true;
    }

    /** What the applier committed is not published, but for its corrections. */
    private void readApplied(SimulatedDatabase.Commit commit, Marker marker) {
        boolean before = configuration.has(Fault.CORRECTION_BEFORE_MARKER);
        if (!before && reading == null) {
            stamper.marker(marker);
        }
        if (commit.changes().isEmpty()) {
            finish(commit);
        } else {
            readPart(commit);
        }
        if (before) {
            stamper.marker(marker);
        }
    }

    private boolean isPublished(SimulatedDatabase.Commit commit) {
        return stamper.alreadyPublished(commit.position())
                && !(configuration.has(Fault.DUPLICATE_AT_NEW_POSITION) && commit.isTransaction());
    }

    private static Marker positionless(Marker marker) {
        return new Marker(0, marker.epoch(), marker.version(), marker.peerSeen(), marker.peerCommit());
    }

    private void readPart(SimulatedDatabase.Commit commit) {
        TransactionHeader header = reading == null ? header(commit) : reading;
        int end = configuration.has(Setting.PARTS)
                ? Math.min(commit.changes().size(), nextChange + PART_CHANGES)
                : commit.changes().size();
        List<Change> changes = commit.changes().subList(nextChange, end);
        boolean last = end == commit.changes().size();
        TransactionHeader known = last ? withCommit(header, commit.position()) : header;
        if (!configuration.has(Fault.REGISTERED_AT_PUBLISHING)) {
            process.register(known, nextChange, changes);
        }
        unpublished.add(new LogRecord.Part(epoch, known, nextChange / PART_CHANGES, last, nextChange, changes));
        reading = last ? null : header;
        nextChange = last ? 0 : end;
        if (last) {
            finish(commit);
        }
    }

    private TransactionHeader header(SimulatedDatabase.Commit commit) {
        TransactionHeader header = stamper.transaction(commit.micros());
        long seen =
                configuration.has(Fault.SEEN_AS_OF_READING) ? database.marker().position() : header.seen();
        return new TransactionHeader(
                header.origin(), header.position(), header.commitPosition(), header.version(), seen);
    }

    private static TransactionHeader withCommit(TransactionHeader header, long commit) {
        return new TransactionHeader(header.origin(), header.position(), commit, header.version(), header.seen());
    }

    private void finish(SimulatedDatabase.Commit commit) {
        nextCommit++;
        process.readUpTo(commit.position(), commit.micros());
    }

    /** Publishes the oldest record not published yet. */
    boolean publish() {
        LogRecord record = unpublished.poll();
        if (record == null) {
            return false;
        }
        if (configuration.has(Fault.REGISTERED_AT_PUBLISHING) && record instanceof LogRecord.Part part) {
            process.register(part.header(), part.firstChange(), part.changes());
        }
        int offset = log.append(record);
        lost = lost || (offset > nextOffset && tookOver(nextOffset, offset));
        nextOffset = offset + 1;
        return true;
    }

    private boolean tookOver(int from, int to) {
        return IntStream.range(from, to).anyMatch(offset -> log.get(offset).epoch() > epoch);
    }

    /** Has it met a record of a newer epoch than its own? */
    boolean lost() {
        return lost && !configuration.has(Fault.NEWER_EPOCH_UNNOTICED);
    }

    /** Says how far it has read; between two transactions only. */
    boolean heartbeat() {
        if (reading != null) {
            return false;
        }
        long commit = nextCommit * SimulatedDatabase.COMMIT_STRIDE;
        if (configuration.has(Fault.HEARTBEAT_TAKES_POSITION)) {
            heartbeatCommit = Math.max(heartbeatCommit, commit) + 1;
            TransactionHeader header = withCommit(stamper.transaction(0), heartbeatCommit);
            unpublished.add(new LogRecord.Part(epoch, header, 0, true, 0, List.of()));
            return true;
        }
        TransactionHeader header = stamper.heartbeat(commit);
        long seen = configuration.has(Fault.ACKNOWLEDGED_PAST_CAPTURE)
                ? database.marker().position()
                : header.seen();
        unpublished.add(new LogRecord.Heartbeat(
                epoch, new TransactionHeader(header.origin(), header.position(), commit, header.version(), seen)));
        return true;
    }

    /** Index of the next commit to read. */
    int nextCommit() {
        return nextCommit;
    }

    /** Is everything that was read published too? */
    boolean idle() {
        return unpublished.isEmpty() && reading == null;
    }
}
