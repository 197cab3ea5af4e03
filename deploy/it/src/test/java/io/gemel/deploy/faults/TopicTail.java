package io.gemel.deploy.faults;

import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.codec.BadRecordException;
import io.gemel.transaction.codec.TransactionCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The end of a site's log, read as plain records whatever they are. One thread. */
final class TopicTail implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final TopicPartition partition;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TransactionCodec codec = new TransactionCodec();

    TopicTail(String bootstrapServers, SiteFixture site) throws Exception {
        partition = new TopicPartition(site.config().logTopic(), 0);
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(List.of(partition));
    }

    /** The last records that are there now, oldest first. */
    List<byte[]> last(int count) {
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        consumer.seek(partition, Math.max(begin, end - count));
        List<byte[]> values = new ArrayList<>();
        while (consumer.position(partition) < end) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                values.add(record.value());
            }
        }
        return values;
    }

    /** Begins to read with what comes from now on. */
    TopicTail atItsEnd() {
        consumer.seekToEnd(List.of(partition));
        consumer.position(partition);
        return this;
    }

    /**
     * Reads on until there were so many heartbeats, and gives back what else there was, but for the records that say again who writes the log.
     *
     * @throws IllegalStateException when the heartbeats do not come
     */
    List<String> othersAmongHeartbeats(int heartbeats) throws BadRecordException {
        List<String> others = new ArrayList<>();
        int beats = 0;
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (beats < heartbeats) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                LogRecord decoded = codec.decode(record.value());
                if (decoded instanceof LogRecord.Heartbeat) {
                    beats++;
                } else if (!(decoded instanceof LogRecord.Opened)) {
                    others.add(partition.topic() + " offset " + record.offset() + ": " + decoded);
                }
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(beats + " heartbeats in " + partition.topic() + " within " + LIMIT);
            }
        }
        return others;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
