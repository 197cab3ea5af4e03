package io.gemel.deploy.site;

import io.gemel.conflict.log.LogCursor;
import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.Marker;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.Transaction;
import io.gemel.transaction.codec.TransactionCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a site's whole log from its topic as the peer does, for a test that wants to know what was published. */
public final class TopicReader {
    private TopicReader() {}

    /** Every change that counts, in order. */
    public static List<Change> changes(String bootstrapServers, String topic, SiteId origin) throws Exception {
        return transactions(bootstrapServers, topic, origin).stream()
                .flatMap(each -> each.changes().stream())
                .toList();
    }

    /**
     * Every transaction that counts, in order. Density of positions and growth of commit positions are checked on the way.
     *
     * @throws io.gemel.conflict.log.LogException when the log has a gap or runs backwards
     */
    public static List<Transaction> transactions(String bootstrapServers, String topic, SiteId origin)
            throws Exception {
        LogCursor cursor = new LogCursor(origin, Marker.none(origin));
        List<Transaction> all = new ArrayList<>();
        List<Change> open = new ArrayList<>();
        for (LogRecord record : records(bootstrapServers, topic)) {
            LogCursor.Verdict verdict = cursor.next(record);
            if (verdict == LogCursor.Verdict.TAKE && record instanceof LogRecord.Part part) {
                if (part.index() == 0) {
                    open.clear();
                }
                open.addAll(part.changes());
                if (part.last()) {
                    all.add(new Transaction(part.header(), open));
                    open.clear();
                }
            }
        }
        return all;
    }

    /** Every record that the topic holds now, whether it counts or not. */
    static List<LogRecord> records(String bootstrapServers, String topic) throws Exception {
        TransactionCodec codec = new TransactionCodec();
        List<LogRecord> all = new ArrayList<>();
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> raw : consumer.poll(Duration.ofMillis(200))) {
                    all.add(codec.decode(raw.value()));
                }
            }
        }
        return all;
    }
}
