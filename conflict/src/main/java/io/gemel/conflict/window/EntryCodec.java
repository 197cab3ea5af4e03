package io.gemel.conflict.window;

import io.gemel.conflict.RowState;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.codec.BadRecordException;
import io.gemel.transaction.codec.ChangeDecoder;
import io.gemel.transaction.codec.ChangeEncoder;
import io.gemel.transaction.codec.Frame;
import io.gemel.transaction.codec.WireInput;
import io.gemel.transaction.codec.WireOutput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns an entry of the in-flight window into bytes for the table {@code gemel.window} and back. Exact, checksummed and
 * versioned like the records of a log. Pure; any thread.
 */
public final class EntryCodec {
    private static final int BASE_PRESENT = 1;

    private EntryCodec() {}

    /** What {@link InFlightWindow#restore} takes: the policy is the configuration's, not the stored entry's. */
    public record Decoded(RowState base, List<StampedChange> changes, long lastIncoming) {
        public Decoded {
            changes = List.copyOf(changes);
        }
    }

    /** The entry's bytes, the same for equal entries. */
    public static byte[] encode(WindowEntry entry) {
        WireOutput output = new WireOutput();
        Frame.start(output);
        ChangeEncoder encoder = new ChangeEncoder(output);
        int base = output.open();
        base(entry.base(), output, encoder);
        output.close(base);
        int changes = output.open();
        output.count(entry.changes().size());
        for (StampedChange change : entry.changes()) {
            encoder.header(change.header());
            output.count(change.index());
            encoder.change(change.change());
        }
        output.close(changes);
        output.varint(entry.lastIncoming());
        return Frame.finish(output, Frame.WINDOW_ENTRY);
    }

    private static void base(RowState base, WireOutput output, ChangeEncoder encoder) {
        output.count(base.contributors().size());
        new TreeMap<>(base.contributors()).forEach((site, position) -> {
            output.text(site.name());
            output.varint(position);
        });
        RowImage image = base.image();
        output.bits(image == null ? 0 : BASE_PRESENT);
        if (image != null) {
            encoder.image(image);
        }
    }

    /**
     * The entry that these bytes are.
     *
     * @throws BadRecordException when the bytes are foreign, truncated, corrupt, of a newer major version or no entry;
     *     nothing else is ever thrown, whatever the bytes are
     */
    public static Decoded decode(byte[] bytes) throws BadRecordException {
        WireInput input = Frame.open(bytes);
        if (input.kind() != Frame.WINDOW_ENTRY) {
            throw BadRecordException.unknownKind(input.kind(), "an entry of the in-flight window");
        }
        ChangeDecoder decoder = new ChangeDecoder();
        int outer = input.enter();
        RowState base = base(input, decoder);
        input.leave(outer);
        outer = input.enter();
        int count = input.count();
        List<StampedChange> changes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            TransactionHeader header = decoder.header(input);
            changes.add(new StampedChange(header, input.index(), decoder.change(input)));
        }
        input.leave(outer);
        long lastIncoming = input.varint();
        input.end();
        return new Decoded(base, changes, lastIncoming);
    }

    private static RowState base(WireInput input, ChangeDecoder decoder) throws BadRecordException {
        Map<SiteId, Long> contributors = new HashMap<>();
        int count = input.count();
        for (int i = 0; i < count; i++) {
            contributors.put(decoder.site(input.text()), input.varint());
        }
        boolean present = (input.bits() & BASE_PRESENT) != 0;
        return new RowState(present ? decoder.image(input) : null, contributors);
    }
}
