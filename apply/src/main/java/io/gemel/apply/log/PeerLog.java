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
import io.gemel.transaction.codec.BadRecordException;
import io.gemel.transaction.codec.FragmentJoiner;
import io.gemel.transaction.codec.TransactionCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the peer's log from Kafka, starting after the position that the marker says was applied, and returns whole
 * transactions. Kafka's consumer fetches ahead in its own thread and memory; everything else happens on the applying
 * thread.
 */
public final class PeerLog implements AutoCloseable {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);
    private static final Duration POLL = Duration.ofMillis(200);

    /**
     * How long the parts of a large transaction, which are all in the log, may be missing: locks are held in the
     * meantime.
     */
    static final Duration REREAD_SILENCE_MAX = Duration.ofSeconds(10);

    /** How long the broker waits for more; the search for the place to begin at has to wait as long at each step. */
    private static final int FETCH_WAIT_MILLIS = 50;

    /** Records at once: Kafka bounds what it sends compressed, and what comes out of that may be a hundred times larger. */
    private static final int POLL_RECORDS_MAX = 32;

    private final ApplyConfig config;
    private final TopicPartition partition;
    private final KafkaConsumer<byte[], byte[]> consumer;
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
        partition = new TopicPartition(config.topic(), 0);
        records = new PeerLogRecords(config.topic(), config.rowRoom());
        cursor = new LogCursor(config.peer(), applied);
        consumer = consumer();
        try {
            checkTopic();
            consumer.assign(List.of(partition));
            readUpTo = PeerLogSearch.start(consumer, partition, new TransactionCodec(), applied);
            consumer.seek(partition, readUpTo);
        } catch (KafkaException e) {
            consumer.close();
            throw PeerLogFailure.of(e, config.topic());
        } catch (BadRecordException e) {
            consumer.close();
            throw records.unreadable("while looking for position " + applied.position(), e);
        } catch (ApplyFailure | RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> settings = new HashMap<>(config.kafka());
        settings.put("enable.auto.commit", false);
        settings.put("auto.offset.reset", "none");
        settings.put("isolation.level", "read_committed");
        settings.put("max.partition.fetch.bytes", Math.toIntExact(Math.min(config.queueBytesMax(), 1 << 26)));
        settings.put("fetch.max.bytes", Math.toIntExact(Math.min(config.queueBytesMax(), 1 << 26)));
        settings.put("max.poll.records", POLL_RECORDS_MAX);
        settings.put("fetch.max.wait.ms", FETCH_WAIT_MILLIS);
        settings.putIfAbsent("client.id", "gemel-apply-" + config.site());
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private void checkTopic() throws ApplyFailure {
        int partitions = Objects.requireNonNullElse(
                        consumer.partitionsFor(config.topic(), Duration.ofSeconds(10)), List.of())
                .size();
        if (partitions != 1) {
            throw new ApplyFailure(
                    Kind.HALT,
                    partitions == 0 ? Advice.APPLY_TOPIC_MISSING : Advice.APPLY_TOPIC_PARTITIONS,
                    partitions == 0
                            ? "topic " + config.topic()
                                    + " does not exist; run 'gemel prepare' with the peer's file, or"
                                    + " correct log.topic.prefix and peer.kafka.bootstrap.servers if the peer's log has another"
                                    + " name or place"
                            : "topic " + config.topic() + " has " + partitions
                                    + " partitions, but a log has exactly one; recreate it and start the pair anew (docs/operate.md)");
        }
    }

    /**
     * The next records of the log, as many as are there and fit. A large transaction comes alone, one of too many rows, too.
     *
     * @return empty when nothing came for a short while
     */
    public List<Incoming> next(int rowsMax, int recordsMax) throws ApplyFailure {
        List<Incoming> group = new ArrayList<>();
        int rows = 0;
        long bytes = 0;
        while (true) {
            Incoming incoming = pending != null ? pending : readOrRemember(group.isEmpty());
            pending = null;
            if (incoming == null) {
                return group;
            }
            boolean large = incoming instanceof Incoming.Spilled;
            int size = incoming instanceof Incoming.InMemory whole
                    ? whole.transaction().changes().size()
                    : 0;
            bytes += incoming.bytes();
            boolean full = group.size() >= recordsMax || rows + size > rowsMax || bytes > config.queueBytesMax();
            if (!group.isEmpty() && (large || full)) {
                pending = incoming;
                return group;
            }
            group.add(incoming);
            rows += size;
            if (large) {
                return group;
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
                fetched = poll(consumer, wait ? POLL : Duration.ZERO).iterator();
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

    private List<ConsumerRecord<byte[], byte[]>> poll(KafkaConsumer<byte[], byte[]> from, Duration timeout)
            throws ApplyFailure {
        long begun = System.nanoTime();
        try {
            List<ConsumerRecord<byte[], byte[]>> batch = from.poll(timeout).records(partition);
            pulse.polled(begun, batch.size());
            return batch;
        } catch (WakeupException e) {
            return List.of();
        } catch (OffsetOutOfRangeException e) {
            throw new ApplyFailure(
                    Kind.HALT,
                    Advice.APPLY_LOG_EXPIRED,
                    "the topic " + config.topic() + " no longer holds the records after position " + cursor.position()
                            + ": it expired or was recreated. Start the pair anew (docs/operate.md), and keep the log longer (log.retention)",
                    e);
        } catch (KafkaException e) {
            throw PeerLogFailure.of(e, config.topic());
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

    /** Reads the parts of a large transaction again, one at a time, with a consumer of their own. */
    public void reread(Incoming.Spilled large, PieceConsumer pieces) throws ApplyFailure, InterruptedException {
        try (KafkaConsumer<byte[], byte[]> again = consumer()) {
            again.assign(List.of(partition));
            again.seek(partition, large.firstOffset());
            FragmentJoiner pieceJoiner = new FragmentJoiner();
            int next = 0;
            long heard = System.nanoTime();
            while (true) {
                List<ConsumerRecord<byte[], byte[]>> batch = poll(again, POLL);
                heard = batch.isEmpty() ? stillHeard(heard) : System.nanoTime();
                for (ConsumerRecord<byte[], byte[]> raw : batch) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                    LogRecord.Part part = records.whole(pieceJoiner, raw);
                    config.rowRoom().takes(pieceJoiner.held());
                    if (part == null || part.epoch() != large.epoch() || part.index() != next) {
                        continue;
                    }
                    next++;
                    if (!pieces.accept(PeerLogRecords.stamped(large.header(), part)) || part.last()) {
                        return;
                    }
                }
            }
        } finally {
            config.rowRoom().giveBack();
        }
    }

    private long stillHeard(long heard) throws ApplyFailure {
        if (System.nanoTime() - heard > REREAD_SILENCE_MAX.toNanos()) {
            throw new ApplyFailure(
                    Kind.RETRY,
                    "the broker of the peer's log has not delivered the next part of a large transaction for "
                            + REREAD_SILENCE_MAX.toSeconds() + " s");
        }
        return heard;
    }

    /** Ends a wait in {@link #next}; any thread. */
    public void wakeUp() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted(); // which would cut the consumer's own closing short
        consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
