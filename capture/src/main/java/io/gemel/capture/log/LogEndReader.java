package io.gemel.capture.log;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.conflict.log.LogSearch;
import io.gemel.reason.Advice;

/** Finds the last valid records of this site's log without reading all of it. One thread. */
public final class LogEndReader {
    private static final long FIRST_STRETCH = 1_000;
    private static final long STRETCH_FACTOR = 8;

    private final CaptureConfig config;
    private final LocalLog log;
    private LogTail tail;
    private long readTo;

    public LogEndReader(CaptureConfig config, LocalLog log) {
        this.config = config;
        this.log = log;
        this.tail = new LogTail(config.site(), config.topic());
    }

    /**
     * Reads the end of the log as it is now.
     *
     * @throws CaptureException HALT when the topic held records but none is left
     */
    public LogTail find() throws CaptureException, InterruptedException {
        LocalLog.Stretch all = log.everything();
        if (all.isEmpty() && all.begin() > 0) {
            throw CaptureException.halt(
                    Advice.CAPTURE_LOG_EMPTIED,
                    "the log " + config.topic() + " had records, but all have expired or were deleted, so"
                            + " it cannot be continued: start the pair anew (docs/operate.md)");
        }
        long begin = all.end();
        for (long length = FIRST_STRETCH; begin > all.begin() && !tail.isSure(LogSearch.OUTDATED_RUN_MAX); ) {
            begin = Math.max(all.begin(), all.end() - length);
            length *= STRETCH_FACTOR;
            tail = new LogTail(config.site(), config.topic());
            log.read(new LocalLog.Stretch(begin, all.end()), stored -> {
                tail.read(stored.record());
                return true;
            });
        }
        readTo = all.end();
        return tail;
    }

    /** Reads on, up to and including the record at {@code offset}. */
    public LogTail findUpTo(long offset) throws CaptureException, InterruptedException {
        log.read(new LocalLog.Stretch(readTo, offset + 1), stored -> {
            tail.read(stored.record());
            return true;
        });
        readTo = offset + 1;
        return tail;
    }
}
