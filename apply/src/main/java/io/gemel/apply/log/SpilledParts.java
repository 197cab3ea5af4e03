package io.gemel.apply.log;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.reason.RowRoom;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.codec.FragmentJoiner;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads the parts of a large transaction again, one at a time, with a consumer of their own. Applying thread only. */
final class SpilledParts implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    /** How long the parts, which are all in the log, may be missing: locks are held in the meantime. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(10);

    private final RowRoom rowRoom;
    private final PeerLogRecords records;
    private final PeerLogConsumer consumer;

    SpilledParts(ApplyConfig config, PeerLogRecords records, PeerPulse pulse) {
        rowRoom = config.rowRoom();
        this.records = records;
        consumer = new PeerLogConsumer(config, pulse);
    }

    /**
     * Reads until the last part, or until the consumer wants no more.
     *
     * @param position of the log that was read last
     */
    void read(Incoming.Spilled large, long position, PieceConsumer pieces) throws ApplyFailure, InterruptedException {
        consumer.start(large.firstOffset());
        FragmentJoiner joiner = new FragmentJoiner();
        int next = 0;
        long heard = System.nanoTime();
        while (true) {
            List<ConsumerRecord<byte[], byte[]>> batch = consumer.poll(POLL, position);
            heard = batch.isEmpty() ? stillHeard(heard) : System.nanoTime();
            for (ConsumerRecord<byte[], byte[]> raw : batch) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                LogRecord.Part part = records.whole(joiner, raw);
                rowRoom.takes(joiner.held());
                if (part == null || part.epoch() != large.epoch() || part.index() != next) {
                    continue;
                }
                next++;
                if (!pieces.accept(PeerLogRecords.stamped(large.header(), part)) || part.last()) {
                    return;
                }
            }
        }
    }

    private static long stillHeard(long heard) throws ApplyFailure {
        if (System.nanoTime() - heard > SILENCE_MAX.toNanos()) {
            throw new ApplyFailure(
                    Kind.RETRY,
                    "the broker of the peer's log has not delivered the next part of a large transaction for "
                            + SILENCE_MAX.toSeconds() + " s");
        }
        return heard;
    }

    /** Gives the memory back, too. */
    @Override
    public void close() {
        try {
            consumer.close();
        } finally {
            rowRoom.giveBack();
        }
    }
}
