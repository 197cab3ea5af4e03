package io.gemel.apply;

import io.gemel.transaction.TransactionCodec;
import java.util.List;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

final class PeerLogSearch {
    private PeerLogSearch() {}

    static long start(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, TransactionCodec codec, long position) {
        return consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }
}
