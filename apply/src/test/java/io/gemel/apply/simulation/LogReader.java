package io.gemel.apply.simulation;

import io.gemel.conflict.log.LogCursor;
import io.gemel.conflict.log.LogException;
import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.Marker;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TransactionHeader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Follows a log through the core's cursor and puts parts together: whole transactions and heartbeats, in order. */
final class LogReader {
    /** A whole transaction, or without changes a heartbeat. */
    record Received(long epoch, TransactionHeader header, boolean heartbeat, List<Change> changes) {
        List<StampedChange> stamped() {
            List<StampedChange> stamped = new ArrayList<>();
            for (int i = 0; i < changes.size(); i++) {
                stamped.add(new StampedChange(header, i, changes.get(i)));
            }
            return stamped;
        }
    }

    private final SimulatedLog log;
    private final LogCursor cursor;
    private final List<Change> parts = new ArrayList<>();
    private int offset;
    private int takenOffset;
    private @Nullable Received peeked;

    /** Reads behind {@code applied} from an offset that is not beyond it. */
    LogReader(SimulatedLog log, SiteId origin, Marker applied, int offset) {
        this.log = log;
        this.offset = offset;
        takenOffset = offset;
        cursor = new LogCursor(origin, applied);
    }

    /** The next transaction or heartbeat without taking it, or null when there is none yet. */
    @Nullable
    Received peek() {
        while (peeked == null && offset < log.size()) {
            peeked = read(log.get(offset++));
        }
        return peeked;
    }

    @Nullable
    Received take() {
        Received taken = peek();
        if (taken != null) {
            takenOffset = offset;
            peeked = null;
        }
        return taken;
    }

    /** Offset behind the last transaction or heartbeat taken. */
    int takenOffset() {
        return takenOffset;
    }

    private @Nullable Received read(LogRecord record) {
        LogCursor.Verdict verdict = judge(record);
        if (verdict == LogCursor.Verdict.DISCARD_OPEN_PARTS) {
            parts.clear();
        }
        if (verdict != LogCursor.Verdict.TAKE) {
            return null;
        }
        return record instanceof LogRecord.Heartbeat heartbeat
                ? new Received(heartbeat.epoch(), heartbeat.header(), true, List.of())
                : gather((LogRecord.Part) record);
    }

    private LogCursor.Verdict judge(LogRecord record) {
        try {
            return cursor.next(record);
        } catch (LogException e) {
            throw new Violation("the log cannot be followed: " + e.getMessage(), e);
        }
    }

    private @Nullable Received gather(LogRecord.Part part) {
        if (part.firstChange() != parts.size()) {
            throw new Violation(
                    "part of " + part.header() + " starts at change " + part.firstChange() + ", not " + parts.size());
        }
        parts.addAll(part.changes());
        if (!part.last()) {
            return null;
        }
        Received whole = new Received(part.epoch(), part.header(), false, List.copyOf(parts));
        parts.clear();
        return whole;
    }
}
