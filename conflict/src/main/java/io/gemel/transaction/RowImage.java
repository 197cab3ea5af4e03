package io.gemel.transaction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row's columns at one point in time: for every column of its shape the database's own text of the value, or null for
 * SQL NULL. Immutable; two images are equal when they have the same columns with the same text.
 */
public final class RowImage {
    private static final int LARGE_CHARS_MIN = LargeText.BYTES_MIN / 3;

    /** What an image takes besides its values, a reference to one, and a value besides its characters. */
    private static final int IMAGE_BYTES = 48;

    private static final int REFERENCE_BYTES = 4;
    private static final int STRING_BYTES = 44;

    private final TableShape shape;
    private final @Nullable String[] values; // null for a large one
    private final @Nullable LargeText @Nullable [] large; // null when there is none
    private @Nullable RowKey key; // computed on first use; a race computes the same value twice

    private RowImage(TableShape shape, @Nullable String[] values, @Nullable LargeText @Nullable [] large) {
        if (values.length != shape.columns().size()) {
            throw new IllegalArgumentException("row of " + shape.table() + " has " + values.length + " values, not "
                    + shape.columns().size());
        }
        this.shape = shape;
        this.values = values;
        this.large = large == null || Arrays.stream(large).allMatch(Objects::isNull) ? null : large;
    }

    public static RowImage of(TableShape shape, @Nullable String... values) {
        return owning(shape, values.clone());
    }

    /** Takes over the array: the caller must not touch it again. For decoders, where a copy per row would be felt. */
    public static RowImage owning(TableShape shape, @Nullable String[] values) {
        return owning(shape, values, null);
    }

    /**
     * As the other one, with values that are large.
     *
     * @param large where a value is large, and values has null; null when none is
     */
    public static RowImage owning(TableShape shape, @Nullable String[] values, @Nullable LargeText @Nullable [] large) {
        @Nullable LargeText[] found = large;
        for (int i = 0; i < values.length; i++) {
            String value = values[i];
            LargeText text = value == null || value.length() < LARGE_CHARS_MIN ? null : LargeText.ofLarge(value);
            if (text != null) {
                found = found == null ? new @Nullable LargeText[values.length] : found;
                found[i] = text;
                values[i] = null;
            }
        }
        return new RowImage(shape, values, found);
    }

    public TableShape shape() {
        return shape;
    }

    /** The value's text; a large one is assembled again each time, see {@link #large}. */
    public @Nullable String value(int column) {
        LargeText text = large(column);
        return text == null ? values[column] : text.toString();
    }

    /** The value when it is large; null for any other. */
    public @Nullable LargeText large(int column) {
        return large == null ? null : large[column];
    }

    public boolean isNull(int column) {
        return values[column] == null && large(column) == null;
    }

    /** Returns whether a column has the same text as in another image of the same columns. */
    public boolean hasSame(int column, RowImage other) {
        return Objects.equals(values[column], other.values[column])
                && Objects.equals(large(column), other.large(column));
    }

    /** Bytes of memory that large values take; 0 for most rows. */
    public long largeBytes() {
        return large == null ? 0 : largeBytesBesides(null);
    }

    /**
     * About how many bytes of memory this takes.
     *
     * @param other an image whose values are not counted where this one holds the same objects
     */
    @SuppressWarnings("ReferenceEquality") // it is objects that take memory
    public long memory(@Nullable RowImage other) {
        long bytes = IMAGE_BYTES + (long) REFERENCE_BYTES * values.length + largeBytesBesides(other);
        boolean alike = other != null && other.values.length == values.length;
        for (int i = 0; i < values.length; i++) {
            String value = values[i];
            bytes += value == null || (alike && value == nonNull(other).values[i])
                    ? 0
                    : STRING_BYTES + (long) value.length();
        }
        return bytes;
    }

    private static RowImage nonNull(@Nullable RowImage image) {
        return Objects.requireNonNull(image);
    }

    /** As {@link #largeBytes}, without the values that another image of the same columns holds, too. */
    long largeBytesBesides(@Nullable RowImage other) {
        long bytes = 0;
        for (int i = 0; large != null && i < large.length; i++) {
            LargeText text = large[i];
            bytes += text == null || (other != null && text.equals(other.large(i))) ? 0 : text.held();
        }
        return bytes;
    }

    /**
     * The value of a named column.
     *
     * @throws IllegalArgumentException when the shape has no such column
     */
    public @Nullable String value(String column) {
        int index = shape.indexOf(column);
        if (index < 0) {
            throw new IllegalArgumentException("table " + shape.table() + " has no column " + column);
        }
        return value(index);
    }

    public int size() {
        return values.length;
    }

    /** This image with one column replaced. */
    public RowImage with(int column, @Nullable String value) {
        @Nullable String[] copy = values.clone();
        @Nullable LargeText[] largeCopy = large == null ? null : large.clone();
        copy[column] = value;
        if (largeCopy != null) {
            largeCopy[column] = null;
        }
        return owning(shape, copy, largeCopy);
    }

    /** This image with one column as in another image. */
    public RowImage with(int column, RowImage other, int otherColumn) {
        LargeText text = other.large(otherColumn);
        if (text == null) {
            return with(column, other.values[otherColumn]);
        }
        @Nullable String[] copy = values.clone();
        @Nullable LargeText[] largeCopy = large == null ? new @Nullable LargeText[values.length] : large.clone();
        copy[column] = null;
        largeCopy[column] = text;
        return new RowImage(shape, copy, largeCopy);
    }

    /**
     * The image of some of the columns.
     *
     * @param columns index in this image of each column of the shape
     */
    public RowImage reduced(TableShape reduced, List<Integer> columns) {
        @Nullable String[] kept = new @Nullable String[columns.size()];
        @Nullable LargeText[] largeKept = large == null ? null : new @Nullable LargeText[columns.size()];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = values[columns.get(i)];
            if (largeKept != null) {
                largeKept[i] = large(columns.get(i));
            }
        }
        return new RowImage(reduced, kept, largeKept);
    }

    /**
     * The key of the row, or of {@linkplain AllRows all rows}.
     *
     * @throws IllegalArgumentException when a key column is null: no database lets that happen, so the image is damaged
     */
    public RowKey key() {
        RowKey known = key;
        if (known == null) {
            known = RowKey.owning(shape.table(), keyValues());
            key = known;
        }
        return known;
    }

    private String[] keyValues() {
        if (shape.isOfAllRows()) {
            return new String[0];
        }
        String[] keyValues = new String[shape.key().size()];
        for (int i = 0; i < keyValues.length; i++) {
            int column = shape.key().get(i);
            String value = value(column);
            if (value == null) {
                throw new IllegalArgumentException("primary-key column " + shape.table() + "."
                        + shape.columns().get(column) + " is null in a row image");
            }
            keyValues[i] = value;
        }
        return keyValues;
    }

    /** Indexes of the columns whose text differs from {@code other}'s; every column when the shapes differ. */
    public List<Integer> changedSince(RowImage other) {
        boolean comparable = shape.equals(other.shape);
        List<Integer> changed = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            if (!(comparable && hasSame(i, other))) {
                changed.add(i);
            }
        }
        return changed;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof RowImage image
                        && Arrays.equals(values, image.values)
                        && Arrays.equals(large, image.large)
                        && shape.equals(image.shape));
    }

    @Override
    public int hashCode() {
        return shape.hashCode() * 31 + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(shape.table().toString()).append('(');
        for (int i = 0; i < values.length; i++) {
            text.append(i == 0 ? "" : ", ")
                    .append(shape.columns().get(i))
                    .append('=')
                    .append(text(i));
        }
        return text.append(')').toString();
    }

    private @Nullable String text(int column) {
        LargeText text = large(column);
        return text == null ? values[column] : "<" + text.length() + " bytes>";
    }
}
