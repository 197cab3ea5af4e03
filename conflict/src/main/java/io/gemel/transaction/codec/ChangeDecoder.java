package io.gemel.transaction.codec;

import io.gemel.transaction.Change;
import io.gemel.transaction.LargeText;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowValues;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link ChangeEncoder} wrote. Internal: for the codecs of this module only. One thread.
 *
 * <p>Remembers shapes by their encoded bytes, so a known shape costs one look-up and is the same instance.
 */
public final class ChangeDecoder {
    private final Map<ByteBuffer, TableShape> decodedShapes = new HashMap<>();
    private final List<TableShape> shapes = new ArrayList<>();
    private @Nullable SiteId lastSite;

    /** Forgets the numbers of the record before. */
    public void start() {
        shapes.clear();
    }

    public TransactionHeader header(WireInput input) throws BadRecordException {
        SiteId origin = site(input.text());
        long position = input.varint();
        long commitPosition = input.varint();
        long micros = input.signed();
        String versionSite = input.nullableText();
        long seen = input.varint();
        Version version = new Version(micros, versionSite == null ? origin : site(versionSite));
        return new TransactionHeader(origin, position, commitPosition, version, seen);
    }

    /** A site's name, checked once for a run of equal ones. */
    public SiteId site(String name) throws BadRecordException {
        SiteId site = lastSite;
        if (site == null || !site.name().equals(name)) {
            try {
                site = new SiteId(name);
            } catch (IllegalArgumentException e) {
                throw BadRecordException.corrupt(String.valueOf(e.getMessage()));
            }
            lastSite = site;
        }
        return site;
    }

    public RowImage image(WireInput input) throws BadRecordException {
        TableShape shape = shape(input, input.index());
        return image(input, shape);
    }

    public Change change(WireInput input) throws BadRecordException {
        long tag = input.varint();
        int operation = (int) tag & ((1 << ChangeEncoder.OPERATION_BITS) - 1);
        TableShape shape = shape(input, tag >>> ChangeEncoder.OPERATION_BITS);
        return switch (operation) {
            case ChangeEncoder.INSERT -> new Change.Insert(image(input, shape));
            case ChangeEncoder.UPDATE -> update(input, image(input, shape));
            case ChangeEncoder.DELETE -> new Change.Delete(image(input, shape));
            case ChangeEncoder.TRUNCATE -> new Change.Truncate(shape);
            case ChangeEncoder.RELEASE -> release(input, image(input, shape));
            case ChangeEncoder.SETTLE -> settle(input, image(input, shape));
            case ChangeEncoder.PARK -> new Change.Park(image(input, shape), input.varint());
            default -> throw BadRecordException.corrupt("operation " + operation + " never existed");
        };
    }

    /** The image that a change begins with, up to where the input ends; what comes later is null. */
    RowImage beginning(WireInput input) throws BadRecordException {
        TableShape shape = shape(input, input.varint() >>> ChangeEncoder.OPERATION_BITS);
        RowValues values = new RowValues(shape.columns().size());
        try {
            for (int i = 0; i < shape.columns().size(); i++) {
                read(input, values, i);
            }
        } catch (BadRecordException e) {
            return values.image(shape);
        }
        return values.image(shape);
    }

    private static RowImage image(WireInput input, TableShape shape) throws BadRecordException {
        int columns = shape.columns().size();
        if (columns > input.remaining()) {
            throw BadRecordException.corrupt("a row of " + shape.table() + " has too few values");
        }
        RowValues values = new RowValues(columns);
        for (int i = 0; i < columns; i++) {
            read(input, values, i);
        }
        return checked(values.image(shape));
    }

    private static void read(WireInput input, RowValues values, int column) throws BadRecordException {
        int length = input.textLength();
        if (length >= LargeText.BYTES_MIN) {
            values.set(column, input.largeText(length));
        } else if (length >= 0) {
            values.set(column, input.text(length));
        }
    }

    private static RowImage checked(RowImage image) throws BadRecordException {
        checkKey(image);
        return image;
    }

    private static Change settle(WireInput input, RowImage row) throws BadRecordException {
        int bits = input.bits();
        return new Change.Settle(
                row,
                (bits & ChangeEncoder.SETTLE_PRESENT) != 0,
                (bits & ChangeEncoder.SETTLE_UNDECIDED) == 0,
                (bits & ChangeEncoder.SETTLE_TAKEN) == 0 ? 0 : input.varint());
    }

    private static Change update(WireInput input, RowImage before) throws BadRecordException {
        return new Change.Update(before, changed(input, before));
    }

    private static Change release(WireInput input, RowImage before) throws BadRecordException {
        RowImage after = (input.bits() & 1) == 0 ? null : changed(input, before);
        int count = input.count();
        List<Integer> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int column = input.index();
            if (column >= before.size()) {
                throw BadRecordException.corrupt("a release names column " + column + " of " + before.shape());
            }
            columns.add(column);
        }
        return new Change.Release(before, after, columns);
    }

    private static RowImage changed(WireInput input, RowImage before) throws BadRecordException {
        int columns = before.size();
        int bitmapLength = (columns + Byte.SIZE - 1) / Byte.SIZE;
        int[] bitmap = new int[bitmapLength];
        for (int i = 0; i < bitmapLength; i++) {
            bitmap[i] = input.bits();
        }
        if (columns % Byte.SIZE != 0 && bitmap[bitmapLength - 1] >>> (columns % Byte.SIZE) != 0) {
            throw BadRecordException.corrupt("an update changes more columns than " + before.shape() + " has");
        }
        RowValues values = new RowValues(columns);
        for (int i = 0; i < columns; i++) {
            boolean changed = (bitmap[i / Byte.SIZE] >>> (i % Byte.SIZE) & 1) != 0;
            if (changed) {
                read(input, values, i);
            } else {
                values.copy(i, before);
            }
        }
        RowImage after = checked(values.image(before.shape()));
        if (!before.key().equals(after.key())) {
            throw BadRecordException.corrupt("an update changes its key " + before.key() + " to " + after.key());
        }
        return after;
    }

    private static void checkKey(RowImage image) throws BadRecordException {
        TableShape shape = image.shape();
        for (int column : shape.key()) {
            if (image.isNull(column)) {
                throw BadRecordException.corrupt("primary-key column " + shape.table() + "."
                        + shape.columns().get(column) + " is null");
            }
        }
    }

    /** The shape with this number, which follows here when the number is the next one. */
    private TableShape shape(WireInput input, long number) throws BadRecordException {
        if (number < shapes.size()) {
            return shapes.get((int) number);
        }
        if (number > shapes.size()) {
            throw BadRecordException.corrupt("table number " + number + " was never described");
        }
        int outer = input.enter();
        ByteBuffer encoded = input.rest();
        TableShape shape = decodedShapes.get(encoded);
        if (shape == null) {
            byte[] copy = new byte[encoded.remaining()];
            encoded.get(copy);
            shape = decode(input);
            if (decodedShapes.size() >= ChangeEncoder.SHAPES_MAX) {
                decodedShapes.clear();
            }
            decodedShapes.put(ByteBuffer.wrap(copy), shape);
        } else {
            input.skipRest();
        }
        input.leave(outer);
        shapes.add(shape);
        return shape;
    }

    private static TableShape decode(WireInput input) throws BadRecordException {
        TableId table = new TableId(input.text(), input.text());
        int columnCount = input.count();
        List<String> columns = new ArrayList<>(columnCount);
        for (int i = 0; i < columnCount; i++) {
            columns.add(input.text());
        }
        int keyCount = input.count();
        List<Integer> key = new ArrayList<>(keyCount);
        for (int i = 0; i < keyCount; i++) {
            key.add(input.index());
        }
        try {
            return new TableShape(table, columns, key);
        } catch (IllegalArgumentException e) {
            throw BadRecordException.corrupt(String.valueOf(e.getMessage()));
        }
    }
}
