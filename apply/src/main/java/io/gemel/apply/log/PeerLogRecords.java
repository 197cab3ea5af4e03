package io.gemel.apply.log;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.reason.Advice;
import io.gemel.reason.RowLimit;
import io.gemel.reason.RowRoom;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.codec.BadRecordException;
import io.gemel.transaction.codec.FragmentJoiner;
import io.gemel.transaction.codec.TransactionCodec;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Makes records of the bytes that the topic of the peer's log holds, or says what is wrong with them. Applying thread only. */
final class PeerLogRecords {
    private final String topic;
    private final RowRoom rowRoom;
    private final TransactionCodec codec = new TransactionCodec();

    /** @param rowRoom memory for the values of a row */
    PeerLogRecords(String topic, RowRoom rowRoom) {
        this.topic = topic;
        this.rowRoom = rowRoom;
    }

    /** Null for what another program has written: positions tell whether anything of Gemel's is missing. */
    @Nullable
    LogRecord decode(ConsumerRecord<byte[], byte[]> raw) throws ApplyFailure {
        byte[] bytes = raw.value() == null ? new byte[0] : raw.value();
        try {
            return TransactionCodec.isForeign(bytes) ? null : codec.decode(bytes);
        } catch (BadRecordException e) {
            throw damaged(raw, e);
        }
    }

    private ApplyFailure damaged(ConsumerRecord<byte[], byte[]> raw, BadRecordException why) {
        return unreadable("offset " + raw.offset(), why);
    }

    ApplyFailure unreadable(String where, BadRecordException why) {
        boolean newer = why.isOfNewerVersion();
        return new ApplyFailure(
                Kind.HALT,
                newer ? Advice.APPLY_RECORD_NEWER : Advice.APPLY_RECORD_DAMAGED,
                "topic " + topic + ", " + where + ": " + why.getMessage()
                        + (newer ? ". It resumes where it stopped" : "; start the pair anew (docs/operate.md)"),
                why);
    }

    LogRecord.@Nullable Part join(
            FragmentJoiner pieces, ConsumerRecord<byte[], byte[]> raw, LogRecord.Fragment fragment)
            throws ApplyFailure {
        try {
            LogRecord.Part part = pieces.add(fragment);
            checkRoom(pieces);
            return part;
        } catch (BadRecordException e) {
            throw damaged(raw, e);
        }
    }

    /** Asked at each fragment, so that a row is refused before it takes more than it may. */
    private void checkRoom(FragmentJoiner pieces) throws ApplyFailure {
        if (pieces.held() <= rowRoom.bytesMax()) {
            return;
        }
        long bytes = pieces.heldAtLast();
        RowImage row = pieces.beginning();
        pieces.clear();
        if (row == null) {
            throw new ApplyFailure(
                    Kind.HALT,
                    Advice.APPLY_ROW_TOO_LARGE,
                    RowLimit.refusal("(unknown)", null, bytes, rowRoom.bytesMax()));
        }
        List<Integer> key = row.shape().key();
        boolean known = key.stream().noneMatch(row::isNull);
        throw new ApplyFailure(
                Kind.HALT,
                Advice.APPLY_ROW_TOO_LARGE,
                RowLimit.refusal(
                        row.shape().table().toString(), known ? row.key().values() : null, bytes, rowRoom.bytesMax()));
    }

    LogRecord.@Nullable Part whole(FragmentJoiner pieces, ConsumerRecord<byte[], byte[]> raw) throws ApplyFailure {
        LogRecord record = decode(raw);
        if (record instanceof LogRecord.Fragment fragment) {
            return join(pieces, raw, fragment);
        }
        return record instanceof LogRecord.Part part ? part : null;
    }

    /** Every part gets the header of the last one, which alone knows the commit position. */
    static List<StampedChange> stamped(TransactionHeader header, LogRecord.Part part) {
        List<StampedChange> changes = new ArrayList<>(part.changes().size());
        int index = part.firstChange();
        for (var change : part.changes()) {
            changes.add(new StampedChange(header, index++, change));
        }
        return changes;
    }
}
