package io.gemel.transaction;

import org.jspecify.annotations.Nullable;

/** The values of an image that is being read; those which are not set are null. One thread. */
public final class RowValues {
    private final @Nullable String[] texts;
    private @Nullable LargeText @Nullable [] large;

    public RowValues(int columns) {
        texts = new @Nullable String[columns];
    }

    public void set(int column, @Nullable String text) {
        texts[column] = text;
    }

    public void set(int column, LargeText text) {
        @Nullable LargeText[] values = large == null ? new @Nullable LargeText[texts.length] : large;
        values[column] = text;
        large = values;
    }

    /** Sets a column to what it is in an image of the same columns. */
    public void copy(int column, RowImage from) {
        LargeText text = from.large(column);
        if (text == null) {
            texts[column] = from.value(column);
        } else {
            set(column, text);
        }
    }

    /** The image; nothing may be set any more. */
    public RowImage image(TableShape shape) {
        return RowImage.owning(shape, texts, large);
    }
}
