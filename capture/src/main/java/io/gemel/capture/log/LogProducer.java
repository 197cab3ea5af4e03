package io.gemel.capture.log;

import io.gemel.capture.api.CaptureConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes the Kafka producer that writes this site's log. */
final class LogProducer {
    /** What a record holds besides its part's images: space for the header and the table shapes. */
    static final int RECORD_OVERHEAD_BYTES_MAX = 16 * 1024;

    private static final int KAFKA_REQUEST_BYTES = 1 << 20;
    private static final int BATCH_BYTES = 128 * 1024;

    /** What a transaction waits for others to share its request: each request costs both brokers and peers more than that. */
    private static final int LINGER_MILLIS = 5;

    private LogProducer() {}

    /** A producer; connects in its own thread. */
    static Producer<byte[], byte[]> connect(CaptureConfig config) {
        return new KafkaProducer<>(settings(config), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** How long a record waits for others; of no end where the operator has said how long. */
    static long lingerNanos(CaptureConfig config) {
        return config.kafka().containsKey(ProducerConfig.LINGER_MS_CONFIG)
                ? Long.MAX_VALUE
                : TimeUnit.MILLISECONDS.toNanos(LINGER_MILLIS);
    }

    private static Map<String, Object> settings(CaptureConfig config) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, "gemel-capture-" + config.site());
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        settings.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Math.max(KAFKA_REQUEST_BYTES, recordBytesMax(config)));
        // Bootstrapping again would forget the topic as soon as every broker is away; sending would then wait at once
        // instead of when the buffer is full.
        settings.put(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, "none");
        settings.putAll(config.kafka());
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, config.sendBufferBytes());
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
        settings.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        // An outage of Kafka must neither lose a record nor end capture: the site goes on with its database.
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.MAX_VALUE);
        return settings;
    }

    /** The largest record that this site may write, before compression. */
    static int recordBytesMax(CaptureConfig config) {
        return config.transactionPartBytesMax() + RECORD_OVERHEAD_BYTES_MAX;
    }
}
