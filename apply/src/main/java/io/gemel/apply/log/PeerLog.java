package io.gemel.apply.log;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.conflict.log.LogCursor;
import io.gemel.conflict.log.LogException;
import io.gemel.reason.Advice;
import io.gemel.transaction.HeartbeatClock;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.Marker;
import io.gemel.transaction.Transaction;
import io.gemel.transaction.codec.FragmentJoiner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Reads the peer's log from Kafka, starting after the position that the marker says was applied, and returns whole
 * transactions. Kafka's consumer fetches ahead in its own thread and memory; everything else happens on the applying
 * thread.
 */
public final class PeerLog implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    private final ApplyConfig config;
    private final PeerLogConsumer consumer;
    private final PeerLogRecords records;
    private final LogCursor cursor;
    private final FragmentJoiner joiner = new FragmentJoiner();
    private final PeerPulse pulse;
    private final OutdatedRecords outdated;
    private Iterator<ConsumerRecord<byte[], byte[]>> fetched =
            List.<ConsumerRecord<byte[], byte[]>>of().iterator();
    private @Nullable Incoming pending;
    private @Nullable ApplyFailure failure;
    private long firstPartOffset;
    private long lastStart; // offset of the first record of what was taken last
    private long readUpTo; // every record before this offset was taken

    /**
     * Connects, and finds the position to start at.
     *
     * @param pulse notified of what is received
     * @param outdated notified of outdated records
     */
    public PeerLog(ApplyConfig config, Marker applied, PeerPulse pulse, OutdatedRecords outdated) throws ApplyFailure {
        this.config = config;
        this.pulse = pulse;
        this.outdated = outdated;
        records = new PeerLogRecords(config.topic(), config.rowRoom());
        cursor = new LogCursor(config.peer(), applied);
        consumer = new PeerLogConsumer(config, pulse);
        try {
            readUpTo = consumer.start(applied, records);
        } catch (ApplyFailure | RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    /**
     * The next records of the log, as many as are there and fit. A large transaction comes alone, one of too many rows, too.
     *
     * @return empty when nothing came for a short while
     */
    public List<Incoming> next(int rowsMax, int recordsMax) throws ApplyFailure {
        List<Incoming> batch = new ArrayList<>();
        int rows = 0;
        long bytes = 0;
        while (true) {
            Incoming incoming = pending != null ? pending : readOrRemember(batch.isEmpty());
            pending = null;
            if (incoming == null) {
                return batch;
            }
            boolean large = incoming instanceof Incoming.Spilled;
            int size = incoming instanceof Incoming.InMemory whole
                    ? whole.transaction().changes().size()
                    : 0;
            bytes += incoming.bytes();
            boolean full = batch.size() >= recordsMax || rows + size > rowsMax || bytes > config.queueBytesMax();
            if (!batch.isEmpty() && (large || full)) {
                pending = incoming;
                return batch;
            }
            batch.add(incoming);
            rows += size;
            if (large) {
                return batch;
            }
        }
    }

    /** What came before a record that cannot be followed is applied first; the failure comes back on the next call. */
    private @Nullable Incoming readOrRemember(boolean first) throws ApplyFailure {
        if (first && failure != null) {
            throw failure;
        }
        try {
            return failure == null ? read(first) : null;
        } catch (ApplyFailure e) {
            failure = e;
            if (first) {
                throw e;
            }
            return null;
        }
    }

    private @Nullable Incoming read(boolean wait) throws ApplyFailure {
        boolean polled = false;
        while (true) {
            if (!fetched.hasNext()) {
                if (polled) {
                    return null; // what came does not count: the caller has other things to look at, too
                }
                polled = true;
                fetched = consumer.poll(wait ? POLL : Duration.ZERO, cursor.position())
                        .iterator();
                if (!fetched.hasNext()) {
                    return null;
                }
            }
            Incoming incoming = take(fetched.next());
            if (incoming != null) {
                return incoming;
            }
        }
    }

    /** Every record before this offset was handed out by {@link #next}, or does not count. */
    public long handedOut() {
        return pending == null ? readUpTo : lastStart;
    }

    private @Nullable Incoming take(ConsumerRecord<byte[], byte[]> raw) throws ApplyFailure {
        LogRecord record = records.decode(raw);
        if (record == null) {
            outdated.foreign(raw.offset());
            readUpTo = raw.offset() + 1;
            return null;
        }
        LogCursor.Verdict verdict = judge(cursor, raw, record);
        if (verdict == LogCursor.Verdict.OUTDATED) {
            outdated.passedOver(record.epoch(), cursor.epoch());
        } else if (verdict == LogCursor.Verdict.TAKE) {
            outdated.current();
        }
        Incoming incoming = take(raw, record, verdict);
        readUpTo = raw.offset() + 1;
        return incoming;
    }

    private @Nullable Incoming take(ConsumerRecord<byte[], byte[]> raw, LogRecord record, LogCursor.Verdict verdict)
            throws ApplyFailure {
        if (verdict != LogCursor.Verdict.TAKE) {
            return null;
        }
        if (record instanceof LogRecord.Heartbeat beat) {
            lastStart = raw.offset();
            Header clock = raw.headers().lastHeader(HeartbeatClock.HEADER);
            HeartbeatClock.decode(clock == null ? null : clock.value()).ifPresent(pulse::beat);
            return new Incoming.Heartbeat(beat.epoch(), beat.header().seen());
        }
        return record instanceof LogRecord.Fragment fragment
                ? take(raw, fragment)
                : take(raw, (LogRecord.Part) record, raw.value().length);
    }

    private @Nullable Incoming take(ConsumerRecord<byte[], byte[]> raw, LogRecord.Part part, int bytes) {
        if (part.index() == 0) {
            begins(raw.offset());
        }
        if (!part.last()) {
            return null;
        }
        if (part.index() == 0) {
            return new Incoming.InMemory(part.epoch(), new Transaction(part.header(), part.changes()), bytes);
        }
        return new Incoming.Spilled(part.epoch(), part.header(), firstPartOffset);
    }

    private void begins(long offset) {
        firstPartOffset = offset;
        lastStart = offset;
    }

    /** A single row larger than a record: put together at once when it fits beside others, read again when not. */
    private @Nullable Incoming take(ConsumerRecord<byte[], byte[]> raw, LogRecord.Fragment fragment)
            throws ApplyFailure {
        LogRecord.Part part = fragment.part();
        if (fragment.beginsTransaction()) {
            begins(raw.offset());
        }
        if (part.index() == 0 && part.last() && fragment.total() <= config.queueBytesMax()) {
            LogRecord.Part whole = records.join(joiner, raw, fragment);
            return whole == null
                    ? null
                    : new Incoming.InMemory(
                            part.epoch(), new Transaction(part.header(), whole.changes()), fragment.total());
        }
        return fragment.endsTransaction() ? new Incoming.Spilled(part.epoch(), part.header(), firstPartOffset) : null;
    }

    private static LogCursor.Verdict judge(LogCursor cursor, ConsumerRecord<byte[], byte[]> raw, LogRecord record)
            throws ApplyFailure {
        try {
            return cursor.next(record);
        } catch (LogException e) {
            throw new ApplyFailure(
                    Kind.HALT, Advice.APPLY_LOG_DISORDER, e.getMessage() + " (offset " + raw.offset() + ")", e);
        }
    }

    /** Reads the parts of a large transaction again, one at a time. */
    public void reread(Incoming.Spilled large, PieceConsumer pieces) throws ApplyFailure, InterruptedException {
        try (SpilledParts parts = new SpilledParts(config, records, pulse)) {
            parts.read(large, cursor.position(), pieces);
        }
    }

    /** Ends a wait in {@link #next}; any thread. */
    public void wakeUp() {
        consumer.wakeUp();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
