package io.gemel.apply;

import io.gemel.apply.ApplyFailure.Kind;
import io.gemel.transaction.BadRecordException;
import io.gemel.transaction.FragmentJoiner;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.Stamp;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TransactionCodec;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Makes records of the bytes that the topic of the peer's log holds, or says what is wrong with them. Applying thread only. */
final class PeerLogRecords {
    private final String topic;
    private final TransactionCodec codec = new TransactionCodec();

    PeerLogRecords(String topic) {
        this.topic = topic;
    }

    LogRecord decode(ConsumerRecord<byte[], byte[]> raw) throws ApplyFailure {
        try {
            return codec.decode(raw.value() == null ? new byte[0] : raw.value());
        } catch (BadRecordException e) {
            throw damaged(raw, e);
        }
    }

    private ApplyFailure damaged(ConsumerRecord<byte[], byte[]> raw, BadRecordException why) {
        return notGemels(
                "offset " + raw.offset(),
                "everything before it was. To go on, remove it: kafka-delete-records.sh with offset "
                        + (raw.offset() + 1) + " of partition 0",
                why);
    }

    ApplyFailure notGemels(String where, String mend, BadRecordException e) {
        return new ApplyFailure(
                Kind.HALT,
                "topic " + topic + ", " + where + ": " + e.getMessage()
                        + ". Let only the peer's Gemel write to this topic. Nothing of the record was applied, " + mend,
                e);
    }

    LogRecord.@Nullable Part join(
            FragmentJoiner pieces, ConsumerRecord<byte[], byte[]> raw, LogRecord.Fragment fragment)
            throws ApplyFailure {
        try {
            return pieces.add(fragment);
        } catch (BadRecordException e) {
            throw damaged(raw, e);
        }
    }

    LogRecord.@Nullable Part whole(FragmentJoiner pieces, ConsumerRecord<byte[], byte[]> raw) throws ApplyFailure {
        LogRecord record = decode(raw);
        if (record instanceof LogRecord.Fragment fragment) {
            return join(pieces, raw, fragment);
        }
        return record instanceof LogRecord.Part part ? part : null;
    }

    /** Every part gets the stamp of the last one, which alone knows the commit position. */
    static List<StampedChange> stamped(Stamp stamp, LogRecord.Part part) {
        List<StampedChange> changes = new ArrayList<>(part.changes().size());
        int index = part.firstChange();
        for (var change : part.changes()) {
            changes.add(new StampedChange(stamp, index++, change));
        }
        return changes;
    }
}
