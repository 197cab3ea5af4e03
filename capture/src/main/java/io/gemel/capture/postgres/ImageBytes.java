package io.gemel.capture.postgres;

import io.gemel.transaction.LargeText;
import io.gemel.transaction.RowImage;
import org.jspecify.annotations.Nullable;

/** How much space row images take in a record. Pure. */
final class ImageBytes {
    /** Of a change without images. */
    static final int CHANGE = 16;

    private static final int VALUE = 2;

    private ImageBytes() {}

    /** Bytes that an image takes in a record, or a few more. */
    static long of(RowImage image) {
        long bytes = CHANGE;
        for (int i = 0; i < image.size(); i++) {
            LargeText large = image.large(i);
            bytes += VALUE + (large == null ? utf8(image.value(i)) : large.length());
        }
        return bytes;
    }

    private static long utf8(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        long bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            bytes += c < 0x80 ? 0 : c < 0x800 ? 1 : 2;
        }
        return bytes;
    }
}
