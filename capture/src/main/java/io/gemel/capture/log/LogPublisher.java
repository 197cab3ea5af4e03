package io.gemel.capture.log;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.capture.api.CaptureListener;
import io.gemel.reason.Advice;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import io.gemel.transaction.HeartbeatClock;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.codec.TransactionCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * Writes this site's log: one idempotent producer, every record acknowledged by all in-sync replicas, in order. While
 * Kafka is down records wait in memory up to a limit; then the sender waits (backpressure). {@link #prepare} and {@link
 * #send} are for one thread; acknowledgements come on Kafka's own.
 */
public final class LogPublisher implements RecordPublisher, Reasons.Source, AutoCloseable {
    /** How long the first record of a process may take. */
    static final Duration OPENING_TIMEOUT = Duration.ofSeconds(60);

    /** Records between two that say again who writes the log, so that the first stretch that {@link LogEndReader} reads has one. */
    static final int RECORDS_BETWEEN_OPENED = 500;

    private final CaptureConfig config;
    private final byte[] key;
    private final RecentRecords recent;
    private final OffsetIndex offsets;
    private final LogGuard guard;
    private final CaptureListener listener;
    private final Consumer<CaptureException> failed;
    private final TransactionCodec codec = new TransactionCodec();
    private final Producer<byte[], byte[]> producer;
    private final PromptSends prompt;

    private final FreshBeats beats = new FreshBeats();
    private final LongSupplier nanoTime;
    private final Queue<Long> unacknowledged = new ConcurrentLinkedQueue<>(); // when each was sent, in order

    private byte[] opening = new byte[0];
    private int sinceOpened;
    private volatile long acknowledgedCommit;
    private volatile @Nullable CaptureException failure;
    private volatile boolean closed;

    /** @param failed called once when a record could not be written */
    public LogPublisher(
            CaptureConfig config,
            RecentRecords recent,
            OffsetIndex offsets,
            LogGuard guard,
            CaptureListener listener,
            Consumer<CaptureException> failed,
            LongSupplier nanoTime) {
        this.config = config;
        this.key = config.site().name().getBytes(StandardCharsets.UTF_8);
        this.recent = recent;
        this.offsets = offsets;
        this.guard = guard;
        this.listener = listener;
        this.failed = failed;
        this.nanoTime = nanoTime;
        this.producer = LogProducer.connect(config);
        this.prompt =
                new PromptSends(producer, LogProducer.lingerNanos(config), nanoTime, "gemel-flush-" + config.site());
    }

    /**
     * Writes the record that takes the log over, and waits for it.
     *
     * @return its offset in the topic
     */
    public long open(LogRecord.Opened opened) throws CaptureException, InterruptedException {
        opening = codec.encode(opened);
        try {
            long offset = producer.send(record(opening))
                    .get(OPENING_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .offset();
            guard.opened(opened, offset);
            return offset;
        } catch (ExecutionException | KafkaException | TimeoutException e) {
            throw CaptureException.of("could not take over the log " + config.topic(), e);
        }
    }

    /** Says what was in the log, acknowledged, before this process wrote to it. */
    public void begin(long commitPosition) {
        acknowledgedCommit = commitPosition;
    }

    /** The database's log up to here is in this site's log, acknowledged: the slot may be confirmed that far. */
    public long acknowledgedCommit() {
        return acknowledgedCommit;
    }

    @Override
    public Prepared prepare(LogRecord record, TransactionHeader header, long commitMicros) throws CaptureException {
        byte[] bytes = codec.encode(record);
        int part = 0;
        if (record instanceof LogRecord.Part numbered) {
            part = numbered.index();
            recent.add(header.position(), part, bytes);
        }
        boolean tellsTime = record instanceof LogRecord.Heartbeat && beats.fresh(commitMicros, nanoTime.getAsLong());
        long clockMicros = tellsTime ? config.commitClock().applyAsLong(commitMicros) : 0;
        return new Prepared(header.position(), part, header.commitPosition(), commitMicros, clockMicros, bytes);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of it
    public void send(Prepared prepared) throws CaptureException, InterruptedException {
        guard.examine();
        dispatch(record(prepared), prepared);
        boolean complete = prepared.commitPosition() != TransactionHeader.UNKNOWN_COMMIT;
        if (++sinceOpened >= RECORDS_BETWEEN_OPENED && complete) {
            sinceOpened = 0;
            dispatch(record(opening), null);
        }
    }

    /** @param prepared what the record is; null when it only says again who writes the log */
    private Future<RecordMetadata> dispatch(ProducerRecord<byte[], byte[]> record, @Nullable Prepared prepared)
            throws CaptureException, InterruptedException {
        checkNoFailure();
        unacknowledged.add(nanoTime.getAsLong()); // before, for sending waits while Kafka has not been reached at all
        try {
            Future<RecordMetadata> sending =
                    producer.send(record, (metadata, problem) -> sent(prepared, metadata, problem));
            prompt.sent();
            return sending;
        } catch (InterruptException e) {
            Thread.interrupted(); // Kafka set it again; the exception says it from here on
            throw (InterruptedException) new InterruptedException("while sending to Kafka").initCause(e);
        } catch (KafkaException | IllegalStateException e) {
            throw unwritten("could not write", e);
        }
    }

    @Override
    public void sendInFragments(LogRecord.Part part, long commitMicros) throws CaptureException, InterruptedException {
        TransactionHeader header = part.header();
        FragmentsUnderWay fragments = new FragmentsUnderWay(bytes -> dispatch(
                record(bytes),
                new Prepared(
                        header.position(), part.index(), TransactionHeader.UNKNOWN_COMMIT, commitMicros, 0, bytes)));
        codec.encodeFragments(part, config.transactionPartBytesMax(), fragments::take);
        if (!fragments.allWritten()) {
            checkNoFailure();
            throw CaptureException.retry("capture was closed while it wrote to the log " + config.topic());
        }
        guard.examine();
        recent.addElsewhere(header.position(), part.index());
        written(header.position(), header.commitPosition(), commitMicros);
    }

    private void checkNoFailure() throws CaptureException {
        CaptureException known = failure;
        if (known != null) {
            throw known;
        }
    }

    private ProducerRecord<byte[], byte[]> record(Prepared prepared) {
        ProducerRecord<byte[], byte[]> record = record(prepared.bytes());
        if (prepared.clockMicros() != 0) {
            record.headers().add(HeartbeatClock.HEADER, HeartbeatClock.encode(prepared.clockMicros()));
        }
        return record;
    }

    private ProducerRecord<byte[], byte[]> record(byte[] bytes) {
        return new ProducerRecord<>(config.topic(), 0, key, bytes);
    }

    private void sent(@Nullable Prepared prepared, @Nullable RecordMetadata metadata, @Nullable Exception problem) {
        if (closed || failure != null) {
            return; // nothing behind a failure may count: it would hide a gap
        }
        if (problem != null || metadata == null) {
            Exception cause = problem == null ? new IllegalStateException("no metadata") : problem;
            CaptureException known = unwritten(
                    prepared == null ? "could not write" : "could not write position " + prepared.position(), cause);
            failure = known;
            failed.accept(known);
            return;
        }
        unacknowledged.remove();
        boolean counts = guard.acknowledged(metadata.offset());
        if (prepared == null) {
            return;
        }
        if (prepared.part() == 0) {
            offsets.note(prepared.position(), metadata.offset());
        }
        recent.acknowledge(prepared.position(), prepared.part());
        if (counts) {
            written(prepared.position(), prepared.commitPosition(), prepared.commitMicros());
        }
    }

    private void written(long position, long commitPosition, long commitMicros) {
        if (commitPosition != TransactionHeader.UNKNOWN_COMMIT) {
            acknowledgedCommit = commitPosition;
            listener.published(position, commitMicros);
        }
    }

    /** The oldest record that Kafka has not acknowledged is too old. */
    @Override
    public void look(Reasons reasons) {
        Long oldest = unacknowledged.peek();
        Duration age = oldest == null ? Duration.ZERO : Duration.ofNanos(nanoTime.getAsLong() - oldest);
        if (age.compareTo(reasons.waitLimit()) < 0) {
            reasons.over(ReasonCode.CAPTURE_KAFKA_UNREACHABLE);
        } else {
            reasons.waiting(ReasonCode.CAPTURE_KAFKA_UNREACHABLE, "", age, this::silence);
        }
    }

    /** What is the matter while Kafka does not answer; any thread. */
    public String silence() {
        return "Kafka at " + config.kafka().get("bootstrap.servers")
                + " does not acknowledge writes to the log "
                + config.topic() + ". Check that its brokers run, that this machine reaches them, that topic "
                + config.topic() + " exists and that their disks have space. Nothing is lost: transactions stay in"
                + " the database's log, and are published when Kafka answers again";
    }

    /** A record that is too large for the topic is none of Kafka's own business: the operator set both sizes. */
    private CaptureException unwritten(String doing, Exception cause) {
        if (cause instanceof RecordTooLargeException) {
            return CaptureException.halt(
                    Advice.CAPTURE_RECORD_TOO_LARGE,
                    "the topic " + config.topic() + " or its brokers reject a record of "
                            + LogProducer.recordBytesMax(config)
                            + " bytes, which this site may write: raise the topic's max.message.bytes (and"
                            + " kafka.max.request.size, if it is set) to that, or lower transaction.part.bytes.max"
                            + " and restart this site",
                    cause);
        }
        return CaptureException.of(doing + " to the log " + config.topic(), cause);
    }

    /** Ends immediately: what is not acknowledged is read again from the database's log by the next process. */
    @Override
    public void close() {
        closed = true;
        prompt.close();
        producer.close(Duration.ZERO);
    }
}
