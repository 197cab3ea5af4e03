package io.gemel.transaction;

import io.gemel.transaction.LogRecord.Heartbeat;
import io.gemel.transaction.LogRecord.Opened;
import io.gemel.transaction.LogRecord.Part;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns the records of a site's log into bytes and back. The bytes are exact, checksummed, and the same for equal records.
 * An instance serves one thread: it keeps its buffer and the table shapes it has met, so that equal shapes cost nothing and
 * decode to one instance.
 *
 * <p>A record is a {@link Frame} whose body is a header section and, for a {@link Part}, a section of changes. A newer minor
 * version may append fields to a section, or whole sections; this one skips them. Nothing is compressed here: the Kafka
 * producer compresses whole batches, which saves more, for the records of a batch resemble each other.
 */
public final class TransactionCodec {
    private final WireOutput output = new WireOutput();
    private final ChangeEncoder encoder = new ChangeEncoder(output);
    private final ChangeDecoder decoder = new ChangeDecoder();

    /**
     * The record's bytes.
     *
     * @throws IllegalArgumentException when the record could not be read again: a key column that is null, an update whose
     *     images have different columns, a text with half a surrogate pair
     */
    public byte[] encode(LogRecord record) {
        Frame.start(output);
        encoder.start();
        int kind = record.match(this::opened, this::heartbeat, this::part);
        return Frame.finish(output, kind);
    }

    /**
     * The record that these bytes are.
     *
     * @throws BadRecordException when the bytes are foreign, truncated, corrupt, of a newer major version or of an unknown
     *     kind; nothing else is ever thrown, whatever the bytes are
     */
    public LogRecord decode(byte[] bytes) throws BadRecordException {
        WireInput input = Frame.open(bytes);
        decoder.start();
        LogRecord record = switch (input.kind()) {
            case Frame.OPENED -> opened(input);
            case Frame.HEARTBEAT -> heartbeat(input);
            case Frame.PART -> part(input);
            default -> throw BadRecordException.unknownKind(input.kind(), "a record of a site's log");
        };
        input.end();
        return record;
    }

    private int opened(Opened opened) {
        int header = output.open();
        output.varint(opened.epoch());
        output.text(opened.writer());
        output.close(header);
        return Frame.OPENED;
    }

    private static Opened opened(WireInput input) throws BadRecordException {
        int outer = input.enter();
        Opened opened = new Opened(input.varint(), input.text());
        input.leave(outer);
        return opened;
    }

    private int heartbeat(Heartbeat heartbeat) {
        int header = output.open();
        output.varint(heartbeat.epoch());
        encoder.stamp(heartbeat.stamp());
        output.close(header);
        return Frame.HEARTBEAT;
    }

    private Heartbeat heartbeat(WireInput input) throws BadRecordException {
        int outer = input.enter();
        Heartbeat heartbeat = new Heartbeat(input.varint(), decoder.stamp(input));
        input.leave(outer);
        return heartbeat;
    }

    private int part(Part part) {
        int header = output.open();
        output.varint(part.epoch());
        encoder.stamp(part.stamp());
        output.count(part.index());
        output.bits(part.last() ? 1 : 0);
        output.count(part.firstChange());
        output.close(header);
        int changes = output.open();
        output.count(part.changes().size());
        for (Change change : part.changes()) {
            encoder.change(change);
        }
        output.close(changes);
        return Frame.PART;
    }

    private Part part(WireInput input) throws BadRecordException {
        int header = input.enter();
        long epoch = input.varint();
        Stamp stamp = decoder.stamp(input);
        int index = input.index();
        boolean last = (input.bits() & 1) != 0;
        int firstChange = input.index();
        input.leave(header);
        int section = input.enter();
        int count = input.count();
        List<Change> changes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            changes.add(decoder.change(input));
        }
        input.leave(section);
        return new Part(epoch, stamp, index, last, firstChange, changes);
    }
}
