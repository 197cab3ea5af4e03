package io.gemel.apply;

import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import io.gemel.transaction.codec.TransactionCodec;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A peer's log that a test writes record by record. */
final class PublishedLog implements AutoCloseable {
    private static final long FIRST_MICROS = 1_700_000_000_000_000L;

    private final SiteId origin;
    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final TransactionCodec codec = new TransactionCodec();
    private long position;

    PublishedLog(SiteId origin, String bootstrapServers, String topic) {
        this.origin = origin;
        this.topic = topic;
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** A transaction whose origin had seen {@code seen}. */
    void transaction(long seen, Change... changes) {
        position++;
        send(new LogRecord.Part(1, header(position, seen, true), 0, true, 0, List.of(changes)));
    }

    /** A transaction in several parts. */
    void large(long seen, List<List<Change>> parts) {
        position++;
        int first = 0;
        for (int i = 0; i < parts.size(); i++) {
            boolean last = i == parts.size() - 1;
            send(new LogRecord.Part(1, header(position, seen, last), i, last, first, parts.get(i)));
            first += parts.get(i).size();
        }
    }

    /** Says, without a transaction, what the origin has seen by now. */
    void heartbeat(long seen) {
        send(new LogRecord.Heartbeat(1, header(position, seen, true)));
    }

    void skipPosition() {
        position++;
    }

    void repeatPosition() {
        position--;
    }

    void send(LogRecord record) {
        sendBytes(codec.encode(record));
    }

    void sendBytes(byte[] bytes) {
        producer.send(new ProducerRecord<>(topic, 0, null, bytes));
        producer.flush();
    }

    long position() {
        return position;
    }

    private TransactionHeader header(long at, long seen, boolean last) {
        return new TransactionHeader(
                origin,
                at,
                last ? at * 100 : TransactionHeader.UNKNOWN_COMMIT,
                new Version(FIRST_MICROS + at, origin),
                seen);
    }

    static RowImage row(TableShape shape, String... values) {
        return RowImage.of(shape, values);
    }

    @Override
    public void close() {
        producer.close();
    }
}
