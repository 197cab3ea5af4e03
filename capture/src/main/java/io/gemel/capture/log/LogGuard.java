package io.gemel.capture.log;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.transaction.LogOwner;
import io.gemel.transaction.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Detects foreign writers of this site's log: Kafka numbers records without gaps, so a number between two of this
 * process's own records belongs to a foreign one. Acknowledgements after a foreign record do not count until that
 * record was read. Acknowledgements arrive on Kafka's thread; {@link #examine} is for the capturing thread.
 */
public final class LogGuard {
    private static final long UNKNOWN = -1;

    private final CaptureConfig config;
    private final LocalLog log;
    private long epoch;
    private String writer = "";
    private @Nullable LogOwner owner;
    private long next = UNKNOWN;
    private LocalLog.@Nullable Stretch foreign;

    public LogGuard(CaptureConfig config, LocalLog log) {
        this.config = config;
        this.log = log;
    }

    /** This process has opened the log; the record is at an offset. */
    synchronized void opened(LogRecord.Opened opened, long offset) {
        epoch = opened.epoch();
        writer = opened.writer();
        owner = opened.owner();
        next = offset + 1;
    }

    /**
     * Takes the offset of an acknowledged record; they come in order.
     *
     * @return whether everything before it is known to be this process's own, or harmless
     */
    synchronized boolean acknowledged(long offset) {
        if (offset < 0) {
            return foreign == null; // the broker had it already and does not remember where
        }
        if (offset != next) {
            long begin = foreign == null ? Math.min(next, offset) : foreign.begin();
            foreign = new LocalLog.Stretch(begin, offset);
        }
        next = offset + 1;
        return foreign == null;
    }

    /**
     * Reads what a foreign process has written.
     *
     * @throws CaptureException RETRY when another process of this site has taken over the log, HALT when one of another
     *     database has, or when the topic was recreated
     */
    void examine() throws CaptureException, InterruptedException {
        LocalLog.Stretch stretch = stretch();
        if (stretch == null) {
            return;
        }
        if (stretch.isEmpty()) {
            throw CaptureException.retry("the topic " + config.topic() + " was recreated while it was written to");
        }
        log.read(stretch, stored -> {
            LogRecord record = stored.record();
            if (record.epoch() > epoch
                    || (record instanceof LogRecord.Opened opened
                            && opened.epoch() == epoch
                            && !opened.writer().equals(writer))) {
                LogOwner other = record instanceof LogRecord.Opened opened ? opened.owner() : null;
                throw LogClaim.lost(config, record.epoch(), owner, other);
            }
            return true; // of an older process, which readers pass over
        });
        settled(stretch);
    }

    private synchronized LocalLog.@Nullable Stretch stretch() {
        return foreign;
    }

    private synchronized void settled(LocalLog.Stretch examined) {
        if (examined.equals(foreign)) {
            foreign = null;
        }
    }
}
