package io.gemel.transaction.codec;

import io.gemel.transaction.Change;
import io.gemel.transaction.LogOwner;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.LogRecord.Fragment;
import io.gemel.transaction.LogRecord.Heartbeat;
import io.gemel.transaction.LogRecord.Opened;
import io.gemel.transaction.LogRecord.Part;
import io.gemel.transaction.PackedBytes;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.TransactionHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns the records of a site's log into bytes and back. The bytes are exact, checksummed, and the same for equal
 * records. An instance serves one thread: it keeps its buffer and the table shapes it has met, so that equal shapes
 * cost nothing and decode to one instance.
 *
 * <p>A record is a {@link Frame} whose body is a header section and, for a {@link Part}, a section of changes. A newer
 * minor version may append fields to a section, or whole sections; this one skips them. Nothing is compressed here: the
 * Kafka producer compresses whole batches, which saves more, because the records of a batch are similar.
 */
public final class TransactionCodec {
    private static final int BODY_MAX = Integer.MAX_VALUE - 64;

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
        if (record instanceof Fragment fragment) {
            return fragment(fragment, fragment.body(), fragment.body().length);
        }
        Frame.start(output);
        encoder.start();
        int kind = record.match(this::opened, this::heartbeat, this::part);
        return Frame.finish(output, kind);
    }

    /**
     * Encodes a part as fragments, one after the other, without ever holding more than one: for rows that fill much of the
     * memory there is.
     *
     * @param bodyMax bytes of each body, at least 1 KiB; what a record holds besides is less than a kilobyte
     * @param records takes the bytes of each record
     * @throws IllegalArgumentException as for {@link #encode}, before any record
     */
    public void encodeFragments(Part part, int bodyMax, Consumer<byte[]> records) {
        Part empty = new Part(part.epoch(), part.header(), part.index(), part.last(), part.firstChange(), List.of());
        long[] total = {0};
        changesTo(WireOutput.cutting(bodyMax, (bytes, length) -> total[0] += length), part);
        if (total[0] > BODY_MAX) {
            throw new IllegalArgumentException(
                    "a part of " + total[0] + " bytes cannot be put together again; a Java array has fewer");
        }
        long[] done = {0};
        int[] index = {0};
        changesTo(
                WireOutput.cutting(bodyMax, (bytes, length) -> {
                    done[0] += length;
                    boolean last = done[0] == total[0];
                    Fragment fragment = new Fragment(empty, index[0]++, last, (int) total[0], bytes);
                    records.accept(fragment(fragment, bytes, length));
                }),
                part);
    }

    private static void changesTo(WireOutput cutting, Part part) {
        ChangeEncoder each = new ChangeEncoder(cutting);
        cutting.count(part.changes().size());
        part.changes().forEach(each::change);
        cutting.cut();
    }

    /** @param length how many of the bytes of the body count */
    private byte[] fragment(Fragment fragment, byte[] body, int length) {
        Frame.start(output);
        int head = output.open();
        header(fragment.part());
        output.count(fragment.index());
        output.bits(fragment.last() ? 1 : 0);
        output.count(fragment.total());
        output.close(head);
        int section = output.open();
        output.raw(body, length);
        output.close(section);
        return Frame.finish(output, Frame.FRAGMENT);
    }

    private Fragment fragment(WireInput input) throws BadRecordException {
        int outer = input.enter();
        Part part = header(input);
        int index = input.index();
        boolean last = (input.bits() & 1) != 0;
        int total = input.index();
        input.leave(outer);
        outer = input.enter();
        byte[] body = input.restBytes();
        input.leave(outer);
        return new Fragment(part, index, last, total, body);
    }

    /**
     * The changes of fragments whose bodies were joined.
     *
     * @throws BadRecordException as for {@link #decode}
     */
    List<Change> decodeJoined(PackedBytes bodies) throws BadRecordException {
        WireInput input = WireInput.ofJoined(bodies, Frame.FRAGMENT);
        decoder.start();
        List<Change> changes = changes(input);
        input.end();
        return changes;
    }

    /** The image that joined bodies begin with, as far as it is there; null when not even its table is. */
    @Nullable
    RowImage decodeBeginning(PackedBytes bodies) {
        decoder.start();
        try {
            WireInput input = WireInput.ofJoined(bodies, Frame.FRAGMENT);
            input.count();
            return decoder.beginning(input);
        } catch (BadRecordException e) {
            return null;
        }
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
            case Frame.FRAGMENT -> fragment(input);
            default -> throw BadRecordException.unknownKind(input.kind(), "a record of a site's log");
        };
        input.end();
        return record;
    }

    /**
     * Whether the bytes are nothing of Gemel's, not even damaged or newer: another program wrote them. A reader of a log may pass
     * them over, for positions tell whether anything is missing.
     */
    public static boolean isForeign(byte[] bytes) {
        return Frame.isForeign(bytes);
    }

    private int opened(Opened opened) {
        int section = output.open();
        output.varint(opened.epoch());
        output.text(opened.writer());
        LogOwner owner = opened.owner();
        if (owner != null) {
            output.signed(owner.systemIdentifier());
            output.varint(owner.databaseOid());
            output.varint(owner.timeline());
            output.text(owner.name());
        }
        output.close(section);
        return Frame.OPENED;
    }

    private static Opened opened(WireInput input) throws BadRecordException {
        int outer = input.enter();
        long epoch = input.varint();
        String writer = input.text();
        LogOwner owner = input.remaining() == 0
                ? null // written by format 1.0
                : new LogOwner(input.signed(), input.varint(), input.varint(), input.text());
        input.leave(outer);
        return new Opened(epoch, writer, owner);
    }

    private int heartbeat(Heartbeat heartbeat) {
        int section = output.open();
        output.varint(heartbeat.epoch());
        encoder.header(heartbeat.header());
        output.close(section);
        return Frame.HEARTBEAT;
    }

    private Heartbeat heartbeat(WireInput input) throws BadRecordException {
        int outer = input.enter();
        Heartbeat heartbeat = new Heartbeat(input.varint(), decoder.header(input));
        input.leave(outer);
        return heartbeat;
    }

    private int part(Part part) {
        int section = output.open();
        header(part);
        output.close(section);
        int changes = output.open();
        output.count(part.changes().size());
        for (Change change : part.changes()) {
            encoder.change(change);
        }
        output.close(changes);
        return Frame.PART;
    }

    private void header(Part part) {
        output.varint(part.epoch());
        encoder.header(part.header());
        output.count(part.index());
        output.bits(part.last() ? 1 : 0);
        output.count(part.firstChange());
    }

    private Part part(WireInput input) throws BadRecordException {
        int head = input.enter();
        Part empty = header(input);
        input.leave(head);
        int section = input.enter();
        List<Change> changes = changes(input);
        input.leave(section);
        return new Part(empty.epoch(), empty.header(), empty.index(), empty.last(), empty.firstChange(), changes);
    }

    private Part header(WireInput input) throws BadRecordException {
        long epoch = input.varint();
        TransactionHeader header = decoder.header(input);
        int index = input.index();
        boolean last = (input.bits() & 1) != 0;
        return new Part(epoch, header, index, last, input.index(), List.of());
    }

    private List<Change> changes(WireInput input) throws BadRecordException {
        int count = input.count();
        List<Change> changes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            changes.add(decoder.change(input));
        }
        return changes;
    }
}
