package io.gemel.capture.log;

import io.gemel.capture.api.CaptureException;
import io.gemel.capture.source.Published;
import io.gemel.conflict.log.LogOwnership;
import io.gemel.reason.Advice;
import io.gemel.transaction.LogOwner;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TransactionHeader;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last valid records of a log, found by reading a range of it forward: the greatest epoch, who opened it, and the
 * last complete transaction or heartbeat. One thread.
 */
public final class LogTail {
    private static final int COMMITS_MAX = 100;

    private final SiteId site;
    private final String topic;
    private final LogOwnership ownership = new LogOwnership();
    private long epoch;
    private @Nullable String writer;
    private final ArrayDeque<Long> commits = new ArrayDeque<>();
    private @Nullable TransactionHeader last;
    private long lastEpoch;
    private boolean metOpening;
    private boolean lastIsOpened;
    private long readBeforeLast;
    private long read;

    LogTail(SiteId site, String topic) {
        this.site = site;
        this.topic = topic;
    }

    void read(LogRecord record) throws CaptureException {
        read++;
        ownership.read(record);
        if (record.epoch() < epoch) {
            return; // written late by a process that had lost the log
        }
        if (record.epoch() > epoch) {
            epoch = record.epoch();
            writer = null;
        }
        if (record instanceof LogRecord.Opened opening) {
            metOpening = true;
            writer = writer == null ? opening.writer() : writer;
        } else if (record instanceof LogRecord.Heartbeat heartbeat) {
            complete(heartbeat.header(), record.epoch());
        } else if (record instanceof LogRecord.Part part && part.last()) {
            complete(part.header(), record.epoch());
        } else if (record instanceof LogRecord.Fragment fragment && fragment.endsTransaction()) {
            complete(fragment.part().header(), record.epoch());
        }
    }

    private void complete(TransactionHeader header, long recordEpoch) throws CaptureException {
        if (!header.origin().equals(site)) {
            throw CaptureException.halt(
                    Advice.CAPTURE_SHARED_TOPIC,
                    "the log " + topic + " holds records of site " + header.origin() + ", not of " + site
                            + ": two sites must not share a topic. Give each its own log.topic.prefix, and start the pair anew"
                            + " (docs/operate.md)");
        }
        if (last == null || header.commitPosition() >= last.commitPosition()) {
            last = header;
            lastEpoch = recordEpoch;
            commits.add(header.commitPosition());
            if (commits.size() > COMMITS_MAX) {
                commits.remove();
            }
            lastIsOpened = metOpening;
            readBeforeLast = read;
        }
    }

    /**
     * Whether the last record is known to count: it follows a take-over in the stretch, or more records than a process that
     * lost the log could still have written.
     */
    boolean isSure(long outdatedMax) {
        return last != null && (lastIsOpened || readBeforeLast > outdatedMax);
    }

    /** Greatest epoch met, 0 for none. */
    public long epoch() {
        return epoch;
    }

    /** Who opened that epoch first; null when the stretch began later. */
    @Nullable
    public String writer() {
        return writer;
    }

    /** The database that owns the log; null when the stretch does not tell. */
    @Nullable
    public LogOwner owner() {
        return ownership.owner();
    }

    /** Header of the last complete record that counts; null for a log without any. */
    @Nullable
    public TransactionHeader last() {
        return last;
    }

    /** The last complete records that count, up to 100. */
    public Published published() {
        return new Published(List.copyOf(commits), lastEpoch, epoch);
    }
}
