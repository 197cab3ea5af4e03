package io.gemel.apply.log;

import io.gemel.apply.api.ApplyConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads the end of the peer's log from the peer's Kafka, with a dedicated consumer. Calls are serialized. */
public final class PeerLogEndOffset implements AutoCloseable {
    private final ApplyConfig config;
    private final TopicPartition partition;
    private @Nullable KafkaConsumer<byte[], byte[]> consumer;
    private final String role;
    private boolean closed;

    /**
     * Connects to nothing yet.
     *
     * @param role what for; part of the client's name
     */
    public PeerLogEndOffset(ApplyConfig config, String role) {
        this.config = config;
        this.role = role;
        partition = new TopicPartition(config.topic(), 0);
    }

    /**
     * The offset behind the last record that the log holds now.
     *
     * @throws KafkaException when Kafka does not say so within the limit
     */
    public synchronized long ask(Duration limit) {
        if (closed) {
            throw new KafkaException("closed");
        }
        KafkaConsumer<byte[], byte[]> asked = consumer;
        if (asked == null) {
            asked = open();
            consumer = asked;
        }
        return asked.endOffsets(List.of(partition), limit).getOrDefault(partition, 0L);
    }

    private KafkaConsumer<byte[], byte[]> open() {
        Map<String, Object> settings = new HashMap<>(config.kafka());
        settings.put("enable.auto.commit", false);
        settings.put("isolation.level", "read_committed");
        settings.putIfAbsent("client.id", "gemel-" + role + "-" + config.site());
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (consumer != null) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
            consumer = null;
        }
    }
}
