package io.gemel.apply.log;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.Uninterrupted;
import io.gemel.reason.Advice;
import io.gemel.transaction.Marker;
import io.gemel.transaction.codec.BadRecordException;
import io.gemel.transaction.codec.TransactionCodec;
import java.time.Duration;
import java.util.HashMap;
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
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kafka's consumer of the peer's log, with its errors classified. Applying thread only, but for {@link #wakeUp}. */
final class PeerLogConsumer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLogConsumer.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

    /** How long the broker waits for more; the search for the place to begin at has to wait as long at each step. */
    private static final int FETCH_WAIT_MILLIS = 50;

    /** Records at once: Kafka bounds what it sends compressed, and what comes out of that may be a hundred times larger. */
    private static final int POLL_RECORDS_MAX = 32;

    private final String topic;
    private final TopicPartition partition;
    private final PeerPulse pulse;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /**
     * Connects in the background.
     *
     * @param pulse notified of what is received
     */
    PeerLogConsumer(ApplyConfig config, PeerPulse pulse) {
        topic = config.topic();
        partition = new TopicPartition(topic, 0);
        this.pulse = pulse;
        Map<String, Object> settings = new HashMap<>(config.kafka());
        settings.put("enable.auto.commit", false);
        settings.put("auto.offset.reset", "none");
        settings.put("isolation.level", "read_committed");
        settings.put("max.partition.fetch.bytes", Math.toIntExact(Math.min(config.queueBytesMax(), 1 << 26)));
        settings.put("fetch.max.bytes", Math.toIntExact(Math.min(config.queueBytesMax(), 1 << 26)));
        settings.put("max.poll.records", POLL_RECORDS_MAX);
        settings.put("fetch.max.wait.ms", FETCH_WAIT_MILLIS);
        settings.putIfAbsent("client.id", "gemel-apply-" + config.site());
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Finds the offset from which every record behind what was applied will be met, and reads from there. */
    long start(Marker applied, PeerLogRecords records) throws ApplyFailure {
        try {
            checkTopic();
            consumer.assign(List.of(partition));
            long offset = PeerLogSearch.start(consumer, partition, new TransactionCodec(), applied);
            consumer.seek(partition, offset);
            return offset;
        } catch (KafkaException e) {
            throw PeerLogFailure.of(e, topic);
        } catch (BadRecordException e) {
            throw records.unreadable("while looking for position " + applied.position(), e);
        }
    }

    /** Reads from an offset that is known. */
    void start(long offset) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, offset);
    }

    private void checkTopic() throws ApplyFailure {
        int partitions = Objects.requireNonNullElse(consumer.partitionsFor(topic, Duration.ofSeconds(10)), List.of())
                .size();
        if (partitions != 1) {
            throw new ApplyFailure(
                    Kind.HALT,
                    partitions == 0 ? Advice.APPLY_TOPIC_MISSING : Advice.APPLY_TOPIC_PARTITIONS,
                    partitions == 0
                            ? "topic " + topic
                                    + " does not exist; run 'gemel prepare' with the peer's file, or"
                                    + " correct log.topic.prefix and peer.kafka.bootstrap.servers if the peer's log has another"
                                    + " name or place"
                            : "topic " + topic + " has " + partitions
                                    + " partitions, but a log has exactly one; recreate it and start the pair anew (docs/operate.md)");
        }
    }

    /**
     * The next records; none when nothing came in time, or after {@link #wakeUp}.
     *
     * @param position of the log that was read last
     */
    List<ConsumerRecord<byte[], byte[]>> poll(Duration timeout, long position) throws ApplyFailure {
        long begun = System.nanoTime();
        try {
            List<ConsumerRecord<byte[], byte[]>> batch = consumer.poll(timeout).records(partition);
            pulse.polled(begun, batch.size());
            return batch;
        } catch (WakeupException e) {
            return List.of();
        } catch (OffsetOutOfRangeException e) {
            throw new ApplyFailure(
                    Kind.HALT,
                    Advice.APPLY_LOG_EXPIRED,
                    "the topic " + topic + " no longer holds the records after position " + position
                            + ": it expired or was recreated. Start the pair anew (docs/operate.md), and keep the log longer (log.retention)",
                    e);
        } catch (KafkaException e) {
            throw PeerLogFailure.of(e, topic);
        }
    }

    /** Ends a wait in {@link #poll}; any thread. */
    void wakeUp() {
        consumer.wakeup();
    }

    /** Completes even if this thread is interrupted meanwhile, as the end of a site does: that would cut the closing short. */
    @Override
    public void close() {
        Uninterrupted.run("gemel-apply-close-log", () -> {
            try {
                consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
            } catch (KafkaException e) {
                LOG.warn("the consumer of {} was not closed in good order: {}", topic, e.toString());
            }
        });
    }
}
