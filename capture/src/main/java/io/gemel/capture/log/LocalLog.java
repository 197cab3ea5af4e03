package io.gemel.capture.log;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.reason.Advice;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.codec.BadRecordException;
import io.gemel.transaction.codec.FragmentJoiner;
import io.gemel.transaction.codec.TransactionCodec;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads ranges of this site's own log. Calls from several threads are serialized. */
public final class LocalLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalLog.class);

    /** How long reading may go without a single record before Kafka counts as away. */
    static final Duration SILENCE_MAX = Duration.ofSeconds(30);

    /** A stretch ends while the broker still waits for more, and the next one begins when it has waited. */
    private static final int FETCH_WAIT_MILLIS = 10;

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration POLL = Duration.ofMillis(200);

    /** Records at once: Kafka bounds what it sends compressed, and what comes out of that may be a hundred times larger. */
    private static final int POLL_RECORDS_MAX = 32;

    private final CaptureConfig config;
    private final TopicPartition partition;
    private final TransactionCodec codec = new TransactionCodec();
    private final Consumer<byte[], byte[]> consumer;
    private long lastForeign = -2; // no offset is behind it

    /** A record, where it stands and how. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares or changes it
    record Stored(long offset, LogRecord record, byte[] bytes) {
        /** Position of the transaction that this is some of; 0 for another record. */
        long position() {
            return record.match(
                    opened -> 0L, heartbeat -> 0L, part -> part.header().position());
        }

        boolean beginsTransaction() {
            return record instanceof LogRecord.Fragment fragment
                    ? fragment.beginsTransaction()
                    : record instanceof LogRecord.Part part && part.index() == 0;
        }
    }

    /** Takes one record; false ends the reading. */
    @FunctionalInterface
    interface Reader {
        boolean read(Stored stored) throws CaptureException, InterruptedException;
    }

    /** A stretch of the topic: offsets from {@code begin} up to but not including {@code end}. */
    record Stretch(long begin, long end) {
        boolean isEmpty() {
            return begin >= end;
        }
    }

    public LocalLog(CaptureConfig config) {
        this.config = config;
        this.partition = new TopicPartition(config.topic(), 0);
        Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "gemel-capture-" + config.site());
        settings.put(
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Math.toIntExact(REQUEST_TIMEOUT.plusSeconds(1).toMillis()));
        settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.toIntExact(REQUEST_TIMEOUT.toMillis()));
        settings.putAll(config.kafka());
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS_MAX);
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MILLIS);
        this.consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * All that is in the topic now.
     *
     * @throws CaptureException HALT when the topic is missing or has not exactly one partition
     */
    synchronized Stretch everything() throws CaptureException, InterruptedException {
        try {
            List<?> partitions = consumer.partitionsFor(config.topic());
            if (partitions == null || partitions.isEmpty()) {
                throw CaptureException.halt(
                        Advice.CAPTURE_TOPIC_MISSING,
                        "the Kafka topic " + config.topic() + " does not exist: run gemel prepare for site "
                                + config.site()
                                + ", unless it has run before: then see whether log.topic.prefix and kafka.bootstrap.servers still"
                                + " name its log");
            }
            if (partitions.size() != 1) {
                throw CaptureException.halt(
                        Advice.CAPTURE_TOPIC_PARTITIONS,
                        "the Kafka topic " + config.topic() + " has " + partitions.size()
                                + " partitions, but a log is one: "
                                + (isEmpty(partitions.size())
                                        ? "it is empty, so delete it, then run gemel prepare for site " + config.site()
                                        : "it holds records, so start the pair anew (docs/operate.md)"));
            }
            List<TopicPartition> one = List.of(partition);
            return new Stretch(
                    consumer.beginningOffsets(one).getOrDefault(partition, 0L),
                    consumer.endOffsets(one).getOrDefault(partition, 0L));
        } catch (InterruptException e) {
            throw interrupted(e);
        } catch (KafkaException e) {
            throw CaptureException.of("could not read the log " + config.topic(), e);
        }
    }

    /** Whether no partition of the topic ever held a record. */
    private boolean isEmpty(int partitions) {
        List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(number -> new TopicPartition(config.topic(), number))
                .toList();
        return consumer.endOffsets(all).values().stream().allMatch(end -> end == 0);
    }

    /** Reads a stretch in order. */
    synchronized void read(Stretch stretch, Reader reader) throws CaptureException, InterruptedException {
        if (stretch.isEmpty()) {
            return;
        }
        try {
            consumer.assign(List.of(partition));
            consumer.seek(partition, stretch.begin());
            long heard = System.nanoTime();
            while (consumer.position(partition) < stretch.end()) {
                List<ConsumerRecord<byte[], byte[]>> batch = consumer.poll(POLL).records(partition);
                for (ConsumerRecord<byte[], byte[]> record : batch) {
                    if (record.offset() >= stretch.end()) {
                        return;
                    }
                    Stored stored = stored(record);
                    if (stored != null && !reader.read(stored)) {
                        return;
                    }
                }
                long now = System.nanoTime();
                if (!batch.isEmpty()) {
                    heard = now;
                } else if (now - heard > SILENCE_MAX.toNanos()) {
                    throw CaptureException.retry("Kafka does not deliver the log " + config.topic() + " at offset "
                            + consumer.position(partition));
                }
            }
        } catch (InterruptException e) {
            throw interrupted(e);
        } catch (KafkaException e) {
            throw CaptureException.of("could not read the log " + config.topic(), e);
        } finally {
            consumer.unsubscribe();
        }
    }

    /**
     * The part that a record is, or completes.
     *
     * @param joiner has had the records before it
     * @return null for any other record
     */
    LogRecord.@Nullable Part whole(Stored stored, FragmentJoiner joiner) throws CaptureException {
        try {
            return stored.record() instanceof LogRecord.Fragment fragment
                    ? joiner.add(fragment)
                    : stored.record() instanceof LogRecord.Part part ? part : null;
        } catch (BadRecordException e) {
            throw unreadable(stored.offset(), e);
        }
    }

    private static InterruptedException interrupted(InterruptException cause) {
        Thread.interrupted(); // Kafka set it again; the exception says it from here on
        InterruptedException interrupted = new InterruptedException("while reading from Kafka");
        interrupted.initCause(cause);
        return interrupted;
    }

    /** Null for what another program has written: positions tell whether anything of Gemel's is missing. */
    private @Nullable Stored stored(ConsumerRecord<byte[], byte[]> record) throws CaptureException {
        byte[] bytes = record.value() == null ? new byte[0] : record.value();
        try {
            if (TransactionCodec.isForeign(bytes)) {
                noteForeign(record.offset());
                return null;
            }
            return new Stored(record.offset(), codec.decode(bytes), bytes);
        } catch (BadRecordException e) {
            throw unreadable(record.offset(), e);
        }
    }

    private CaptureException unreadable(long offset, BadRecordException why) {
        return CaptureException.halt(
                why.isOfNewerVersion() ? Advice.CAPTURE_RECORD_NEWER : Advice.CAPTURE_RECORD_DAMAGED,
                "the log " + config.topic() + " cannot be read at offset " + offset + " (" + why.getMessage() + ")"
                        + (why.isOfNewerVersion() ? "" : "; start the pair anew (docs/operate.md)"),
                why);
    }

    private void noteForeign(long offset) {
        if (offset > lastForeign + 1) {
            LOG.warn(
                    "records of another program in the topic {} from offset {} on are skipped: let only Gemel write to it",
                    config.topic(),
                    offset);
        }
        lastForeign = Math.max(offset, lastForeign);
    }

    @Override
    public synchronized void close() {
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
    }
}
