package io.gemel.apply;

import io.gemel.conflict.LogSearch;
import io.gemel.conflict.LogSearch.Found;
import io.gemel.transaction.BadRecordException;
import io.gemel.transaction.TransactionCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Finds the offset from which to read the peer's log on. */
final class PeerLogSearch {
    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final TransactionCodec codec;

    private PeerLogSearch(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, TransactionCodec codec) {
        this.consumer = consumer;
        this.partition = partition;
        this.codec = codec;
    }

    /** An offset from which every record with a position greater than {@code position} will be met. */
    static long start(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, TransactionCodec codec, long position)
            throws BadRecordException {
        long begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        return LogSearch.offsetBefore(begin, end, position, new PeerLogSearch(consumer, partition, codec)::read);
    }

    private List<Found> read(long from, long to, int max) throws BadRecordException {
        List<Found> found = new ArrayList<>();
        consumer.seek(partition, from);
        while (found.size() < max && consumer.position(partition) < to) {
            for (ConsumerRecord<byte[], byte[]> raw : consumer.poll(POLL).records(partition)) {
                if (raw.offset() < to && found.size() < max) {
                    byte[] value = raw.value() == null ? new byte[0] : raw.value();
                    found.add(new Found(raw.offset(), codec.decode(value)));
                }
            }
        }
        return found;
    }
}
