package io.gemel.transaction.codec;

import io.gemel.transaction.Change;
import io.gemel.transaction.LargeText;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes stamps, row images and changes into a record. Internal: for the codecs of this module only. One thread.
 *
 * <p>A table's shape is written where the record first needs it and referred to by number from then on. An update carries its
 * whole before image, a bitmap of the columns that changed, and the new values of those.
 */
public final class ChangeEncoder {
    static final int INSERT = 0;
    static final int UPDATE = 1;
    static final int DELETE = 2;
    static final int TRUNCATE = 3;
    static final int RELEASE = 4;
    static final int SETTLE = 5;
    static final int PARK = 6;

    /** Bit of a settle: the row is there. */
    static final int SETTLE_PRESENT = 1;

    /** Bit of a settle: it decides nothing about a parked row. Earlier releases neither write nor heed it. */
    static final int SETTLE_UNDECIDED = 2;

    /** Bit of a settle: the position of the other site's change that it applies follows. */
    static final int SETTLE_TAKEN = 4;

    /** Bits of a change's first number that say which of these it is; the rest is the number of its shape. */
    static final int OPERATION_BITS = 3;

    /** Shapes whose encoded form is remembered from record to record. */
    static final int SHAPES_MAX = 4096;

    private final WireOutput output;
    private final Map<TableShape, byte[]> encodedShapes = new HashMap<>();
    private final Map<TableShape, Integer> numbers = new HashMap<>();

    public ChangeEncoder(WireOutput output) {
        this.output = output;
    }

    /** Forgets the numbers of the record before. */
    public void start() {
        if (!numbers.isEmpty()) {
            numbers.clear();
        }
    }

    public void header(TransactionHeader header) {
        SiteId origin = header.origin();
        SiteId versionSite = header.version().site();
        output.text(origin.name());
        output.varint(header.position());
        output.varint(header.commitPosition());
        output.signed(header.version().micros());
        output.text(versionSite.equals(origin) ? null : versionSite.name());
        output.varint(header.seen());
    }

    /** A row image with its shape. */
    public void image(RowImage image) {
        reference(image.shape(), 0, 0);
        values(image);
    }

    /**
     * A change with its images.
     *
     * @throws IllegalArgumentException when it could not be read again: a key column that is null, an update whose images
     *     have different columns, a text with half a surrogate pair
     */
    public void change(Change change) {
        int operation = change.match(
                insert -> INSERT, update -> UPDATE, delete -> DELETE, truncate -> TRUNCATE, ChangeEncoder::operation);
        reference(change.shape(), OPERATION_BITS, operation);
        RowImage before = change.before();
        RowImage after = change.after();
        if (change instanceof Change.Correction correction) {
            correction(correction);
        } else if (before != null) {
            values(before);
            if (after != null) {
                changedValues(before, after);
            }
        } else if (after != null) {
            values(after);
        }
    }

    private static int operation(Change.Correction correction) {
        if (correction instanceof Change.Release) {
            return RELEASE;
        }
        return correction instanceof Change.Settle ? SETTLE : PARK;
    }

    private void correction(Change.Correction correction) {
        if (correction instanceof Change.Release release) {
            release(release);
        } else if (correction instanceof Change.Settle settle) {
            settle(settle);
        } else if (correction instanceof Change.Park park) {
            values(park.row());
            output.varint(park.position());
        }
    }

    private void settle(Change.Settle settle) {
        values(settle.row());
        output.bits((settle.present() ? SETTLE_PRESENT : 0)
                | (settle.decided() ? 0 : SETTLE_UNDECIDED)
                | (settle.taken() == 0 ? 0 : SETTLE_TAKEN));
        if (settle.taken() != 0) {
            output.varint(settle.taken());
        }
    }

    private void release(Change.Release release) {
        values(release.before());
        RowImage after = release.after();
        output.bits(after == null ? 0 : 1);
        if (after != null) {
            changedValues(release.before(), after);
        }
        output.count(release.columns().size());
        release.columns().forEach(output::count);
    }

    private void values(RowImage image) {
        checkKey(image);
        for (int i = 0; i < image.size(); i++) {
            value(image, i);
        }
    }

    private void value(RowImage image, int column) {
        LargeText large = image.large(column);
        if (large == null) {
            output.text(image.value(column));
        } else {
            output.text(large);
        }
    }

    private void changedValues(RowImage before, RowImage after) {
        if (!before.shape().equals(after.shape())) {
            throw new IllegalArgumentException(
                    "the images of an update have different columns: " + before.shape() + " and " + after.shape());
        }
        int columns = after.size();
        for (int first = 0; first < columns; first += Byte.SIZE) {
            int changed = 0;
            for (int i = first; i < Math.min(columns, first + Byte.SIZE); i++) {
                if (!before.hasSame(i, after)) {
                    changed |= 1 << (i - first);
                }
            }
            output.bits(changed);
        }
        for (int i = 0; i < columns; i++) {
            if (!before.hasSame(i, after)) {
                value(after, i);
            }
        }
    }

    private static void checkKey(RowImage image) {
        for (int column : image.shape().key()) {
            if (image.isNull(column)) {
                throw new IllegalArgumentException(
                        "primary-key column " + image.shape().table() + "."
                                + image.shape().columns().get(column) + " is null in a row image");
            }
        }
    }

    /** The shape's number above {@code low}; the shape itself behind it when the record meets it for the first time. */
    private void reference(TableShape shape, int lowBits, int low) {
        Integer known = numbers.get(shape);
        int number = known == null ? numbers.size() : known;
        output.varint(((long) number << lowBits) | low);
        if (known == null) {
            numbers.put(shape, number);
            define(shape);
        }
    }

    private void define(TableShape shape) {
        byte[] encoded = encodedShapes.get(shape);
        if (encoded == null) {
            if (encodedShapes.size() >= SHAPES_MAX) {
                encodedShapes.clear();
            }
            encoded = encode(shape);
            encodedShapes.put(shape, encoded);
        }
        output.raw(encoded);
    }

    private static byte[] encode(TableShape shape) {
        WireOutput alone = new WireOutput();
        int section = alone.open();
        alone.text(shape.table().schema());
        alone.text(shape.table().name());
        alone.count(shape.columns().size());
        shape.columns().forEach(alone::text);
        alone.count(shape.key().size());
        shape.key().forEach(alone::count);
        alone.close(section);
        return alone.toByteArray();
    }
}
