package io.gemel.capture;

import io.gemel.transaction.LogRecord;
import org.jspecify.annotations.Nullable;

/** Finds by halving where in the topic to start reading for a log position. One thread. */
final class PositionSearch {
    /** Stretches no longer than this are simply read. */
    private static final long READ_THROUGH = 2_000;

    private final OwnLog log;
    private @Nullable Long met;

    PositionSearch(OwnLog log) {
        this.log = log;
    }

    /**
     * An offset at or before that of the first part of {@code position}. Records that a process wrote after it had lost the log
     * can only make it start earlier or be skipped when read, for they repeat positions in the same order.
     */
    long before(long position, OwnLog.Stretch all) throws CaptureException, InterruptedException {
        long low = all.begin(); // at or before the position
        long high = all.end();
        while (high - low > READ_THROUGH) {
            long middle = low + (high - low) / 2;
            Long found = firstAtOrAfter(new OwnLog.Stretch(middle, high));
            if (found != null && found < position) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Position of the first transaction that begins or ended in the stretch; null when there is none. */
    private @Nullable Long firstAtOrAfter(OwnLog.Stretch stretch) throws CaptureException, InterruptedException {
        met = null;
        log.read(stretch, (offset, bytes, record) -> {
            if (record instanceof LogRecord.Heartbeat heartbeat) {
                met = heartbeat.stamp().position();
            } else if (record instanceof LogRecord.Part part) {
                met = part.stamp().position();
            }
            return met == null;
        });
        return met;
    }
}
