package io.gemel.capture;

import io.gemel.conflict.InFlightWindow;
import io.gemel.conflict.LogCursor;
import io.gemel.conflict.LogException;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.Marker;
import io.gemel.transaction.Stamp;

/** Fills the window from this site's own log after a restart. One thread. */
final class LogReplay {
    private final CaptureConfig config;
    private final OwnLog log;
    private final OffsetIndex offsets;

    LogReplay(CaptureConfig config, OwnLog log, OffsetIndex offsets) {
        this.config = config;
        this.log = log;
        this.offsets = offsets;
    }

    /** Registers every transaction behind a position that is in the log now. */
    void run(long position, Stamp tail, InFlightWindow window) throws CaptureException, InterruptedException {
        Marker start = new Marker(position, 0, tail.version(), 0, 0);
        LogCursor cursor = new LogCursor(config.site(), start);
        OwnLog.Stretch all = log.everything();
        log.read(
                new OwnLog.Stretch(new PositionSearch(log).before(position + 1, all), all.end()),
                (offset, bytes, record) -> {
                    if (record instanceof LogRecord.Part part) {
                        if (part.index() == 0) {
                            offsets.note(part.stamp().position(), offset);
                        }
                    }
                    if (judge(cursor, record) == LogCursor.Verdict.TAKE && record instanceof LogRecord.Part part) {
                        window.register(part.stamp(), part.firstChange(), part.changes());
                    }
                    return true;
                });
        if (cursor.position() < tail.position()) {
            throw CaptureException.halt("the log " + config.topic() + " ends at position " + cursor.position()
                    + " when read from " + (position + 1) + ", but its tail is " + tail.position()
                    + ": records in between have expired or were deleted. Copy the database anew");
        }
    }

    private static LogCursor.Verdict judge(LogCursor cursor, LogRecord record) throws CaptureException {
        try {
            return cursor.next(record);
        } catch (LogException e) {
            throw CaptureException.of("the window cannot be rebuilt", e);
        }
    }
}
