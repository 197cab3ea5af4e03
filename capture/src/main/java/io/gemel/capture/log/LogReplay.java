package io.gemel.capture.log;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.conflict.log.LogCursor;
import io.gemel.conflict.log.LogException;
import io.gemel.conflict.log.LogSearch;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.reason.Advice;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.Marker;
import io.gemel.transaction.Version;
import io.gemel.transaction.codec.FragmentJoiner;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Fills the window from this site's own log after a restart. One thread. */
public final class LogReplay {
    private final CaptureConfig config;
    private final LocalLog log;
    private final OffsetIndex offsets;
    private final RecentRecords recent;

    public LogReplay(CaptureConfig config, LocalLog log, OffsetIndex offsets, RecentRecords recent) {
        this.config = config;
        this.log = log;
        this.offsets = offsets;
        this.recent = recent;
    }

    /** Registers every transaction behind a position up to the log's last one. */
    public void run(long position, long lastPosition, InFlightWindow window)
            throws CaptureException, InterruptedException {
        if (position > lastPosition) {
            throw CaptureException.halt(
                    Advice.CAPTURE_LOG_SHORTER,
                    "the peer has applied position " + position + " of the log " + config.topic()
                            + ", but the log ends at " + lastPosition
                            + ": the topic was recreated or records were deleted. Start the pair anew (docs/operate.md)");
        }
        LocalLog.Stretch all = log.everything();
        long begin = LogSearch.offsetBefore(all.begin(), all.end(), position, this::first);
        LogCursor cursor = new LogCursor(config.site(), new Marker(position, 0, new Version(0, config.site()), 0, 0));
        FragmentJoiner joiner = new FragmentJoiner();
        log.read(new LocalLog.Stretch(begin, all.end()), stored -> {
            if (judge(cursor, stored.record()) == LogCursor.Verdict.TAKE) {
                if (stored.beginsTransaction()) {
                    offsets.note(stored.position(), stored.offset());
                }
                LogRecord.Part part = log.whole(stored, joiner);
                if (part != null) {
                    remember(part, stored);
                    register(part, window);
                }
            }
            return true;
        });
        if (cursor.position() < lastPosition) {
            throw CaptureException.retry("records of the log " + config.topic() + " behind position "
                    + cursor.position() + " expired or were deleted while it was read");
        }
    }

    private static void register(LogRecord.Part part, InFlightWindow window)
            throws CaptureException, InterruptedException {
        try {
            window.register(part.header(), part.firstChange(), part.changes());
        } catch (UncheckedIOException e) {
            throw CaptureException.noRoom(e);
        }
    }

    private void remember(LogRecord.Part part, LocalLog.Stored stored) {
        if (stored.record() == part) {
            recent.addAcknowledged(part.header().position(), part.index(), stored.bytes());
        } else {
            recent.addElsewhere(part.header().position(), part.index());
        }
    }

    private LogSearch.@Nullable Found first(long from, long to, Predicate<LogSearch.Found> wanted)
            throws CaptureException {
        AtomicReference<LogSearch.@Nullable Found> first = new AtomicReference<>();
        try {
            log.read(new LocalLog.Stretch(from, to), stored -> {
                LogSearch.Found found = new LogSearch.Found(stored.offset(), stored.record());
                if (!wanted.test(found)) {
                    return true;
                }
                first.set(found);
                return false;
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CaptureException.retry("interrupted while searching the log " + config.topic());
        }
        return first.get();
    }

    private static LogCursor.Verdict judge(LogCursor cursor, LogRecord record) throws CaptureException {
        try {
            return cursor.next(record);
        } catch (LogException e) {
            throw CaptureException.of("the window cannot be rebuilt", e);
        }
    }
}
