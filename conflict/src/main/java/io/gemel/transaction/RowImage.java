package io.gemel.transaction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row's columns at one moment: for every column of its shape the database's own text of the value, or null for SQL NULL.
 * Immutable; two images are equal when they have the same columns with the same text.
 */
public final class RowImage {
    private final TableShape shape;
    private final @Nullable String[] values;
    private @Nullable RowKey key; // computed on first use; a race computes the same value twice

    private RowImage(TableShape shape, @Nullable String[] values) {
        if (values.length != shape.columns().size()) {
            throw new IllegalArgumentException("row of " + shape.table() + " has " + values.length + " values, not "
                    + shape.columns().size());
        }
        this.shape = shape;
        this.values = values;
    }

    public static RowImage of(TableShape shape, @Nullable String... values) {
        return new RowImage(shape, values.clone());
    }

    /** Takes over the array: the caller must not touch it again. For decoders, where a copy per row would be felt. */
    public static RowImage owning(TableShape shape, @Nullable String[] values) {
        return new RowImage(shape, values);
    }

    public TableShape shape() {
        return shape;
    }

    public @Nullable String value(int column) {
        return values[column];
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
        return values[index];
    }

    public int size() {
        return values.length;
    }

    /** This image with one column replaced. */
    public RowImage with(int column, @Nullable String value) {
        @Nullable String[] copy = values.clone();
        copy[column] = value;
        return new RowImage(shape, copy);
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
            String value = values[column];
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
            if (!(comparable && Objects.equals(values[i], other.values[i]))) {
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
                    .append(values[i]);
        }
        return text.append(')').toString();
    }
}
