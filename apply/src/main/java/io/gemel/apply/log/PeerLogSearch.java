package io.gemel.apply.log;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.conflict.log.LogSearch;
import io.gemel.conflict.log.LogSearch.Found;
import io.gemel.reason.Advice;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.Marker;
import io.gemel.transaction.codec.BadRecordException;
import io.gemel.transaction.codec.TransactionCodec;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Finds the offset from which to read the peer's log on. */
final class PeerLogSearch {
    private static final Duration POLL = Duration.ofMillis(200);

    /** How long records that are in the log may fail to come. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(10);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final TransactionCodec codec;

    private PeerLogSearch(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, TransactionCodec codec) {
        this.consumer = consumer;
        this.partition = partition;
        this.codec = codec;
    }

    /**
     * An offset from which every record behind what was applied will be met.
     *
     * @throws ApplyFailure HALT when the log is not the one that was applied: it ends earlier, or its epochs are earlier ones
     */
    static long start(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, TransactionCodec codec, Marker applied)
            throws BadRecordException, ApplyFailure {
        long begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        PeerLogSearch search = new PeerLogSearch(consumer, partition, codec);
        long offset = LogSearch.offsetBefore(begin, end, applied.position(), search::first);
        if (applied.position() > 0 && !search.continues(applied, begin, offset, end)) {
            throw new ApplyFailure(
                    Kind.HALT,
                    Advice.APPLY_LOG_SHORTER,
                    "position " + applied.position() + " of the peer's log was applied here, but the topic "
                            + partition.topic()
                            + " does not reach that far: it was truncated or recreated. Start the pair"
                            + " anew (docs/operate.md)");
        }
        return offset;
    }

    /** Where the beginning was deleted there may be no position to compare with; the cursor judges what comes. */
    private boolean continues(Marker applied, long begin, long offset, long end) throws BadRecordException {
        if (offset >= end) {
            return begin > 0;
        }
        return first(offset, end, found -> reaches(found.record(), applied, begin)) != null;
    }

    private static boolean reaches(LogRecord record, Marker applied, long begin) {
        long position = record.match(
                opened -> begin > 0 ? Long.MAX_VALUE : 0L,
                heartbeat -> heartbeat.header().position(),
                part -> part.header().position());
        return record.epoch() >= applied.epoch() && position >= applied.position();
    }

    private @Nullable Found first(long from, long to, Predicate<Found> wanted) throws BadRecordException {
        consumer.seek(partition, from);
        long heard = System.nanoTime();
        while (consumer.position(partition) < to) {
            List<ConsumerRecord<byte[], byte[]>> records = consumer.poll(POLL).records(partition);
            if (!records.isEmpty()) {
                heard = System.nanoTime();
            } else if (System.nanoTime() - heard > SILENCE_MAX.toNanos()) {
                throw new TimeoutException("the record at offset " + consumer.position(partition) + " does not arrive");
            }
            for (ConsumerRecord<byte[], byte[]> raw : records) {
                if (raw.offset() >= to) {
                    return null;
                }
                byte[] value = raw.value() == null ? new byte[0] : raw.value();
                if (TransactionCodec.isForeign(value)) {
                    continue;
                }
                Found found = new Found(raw.offset(), codec.decode(value));
                if (wanted.test(found)) {
                    return found;
                }
            }
        }
        return null;
    }
}
