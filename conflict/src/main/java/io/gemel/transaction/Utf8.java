package io.gemel.transaction;

/**
 * UTF-8 without the JDK encoder's silent question marks: text that cannot be encoded is rejected, so the text that is
 * read is the text that was written. Pure.
 */
public final class Utf8 {
    private Utf8() {}

    /**
     * Bytes that the text takes.
     *
     * @throws IllegalArgumentException when it holds half a surrogate pair
     */
    public static long length(String text) {
        long length = 0;
        int chars = text.length();
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                length++;
            } else if (c < 0x800) {
                length += 2;
            } else if (!Character.isSurrogate(c)) {
                length += 3;
            } else {
                checkPair(text, i);
                length += 4;
                i++;
            }
        }
        return length;
    }

    /** Writes a text that {@link #length} has accepted; returns the index behind it. */
    public static int write(String text, byte[] target, int from) {
        int at = from;
        int chars = text.length();
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                target[at++] = (byte) c;
            } else if (c < 0x800) {
                target[at++] = (byte) (0xC0 | (c >> 6));
                target[at++] = (byte) (0x80 | (c & 0x3F));
            } else if (!Character.isSurrogate(c)) {
                target[at++] = (byte) (0xE0 | (c >> 12));
                target[at++] = (byte) (0x80 | ((c >> 6) & 0x3F));
                target[at++] = (byte) (0x80 | (c & 0x3F));
            } else {
                int point = Character.toCodePoint(c, text.charAt(++i));
                target[at++] = (byte) (0xF0 | (point >> 18));
                target[at++] = (byte) (0x80 | ((point >> 12) & 0x3F));
                target[at++] = (byte) (0x80 | ((point >> 6) & 0x3F));
                target[at++] = (byte) (0x80 | (point & 0x3F));
            }
        }
        return at;
    }

    private static void checkPair(String text, int index) {
        boolean pair = Character.isHighSurrogate(text.charAt(index))
                && index + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(index + 1));
        if (!pair) {
            throw new IllegalArgumentException("a text holds half a surrogate pair at character " + index
                    + ", which is no Unicode text; no database returns such a value");
        }
    }
}
