package io.gemel.transaction.codec;

import io.gemel.transaction.LargeText;
import io.gemel.transaction.Utf8;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Growable bytes with the primitives that records are made of. Internal: for the codecs of this module only. One thread.
 *
 * <p>Integers are varints: seven bits a byte, low bits first. A section is a run of bytes with its length in front, so that
 * a reader can skip what a later minor version appends to it.
 */
public final class WireOutput {
    /** Capacity kept from one record to the next; what a rare large record needed beyond it is given back. */
    static final int RETAINED_MAX = 1 << 20;

    private static final int VARINT_MAX = 10;
    private static final int CAPACITY_MIN = 512;
    private static final int CAPACITY_MAX = Integer.MAX_VALUE - 8;

    /** Characters of a text that are written at once where the output is cut; each takes up to three bytes. */
    private static final int SLICE_CHARS = 256;

    private static final int PIECE_MIN = SLICE_CHARS * 3 + 2 * VARINT_MAX;

    private byte[] bytes = new byte[CAPACITY_MIN];
    private int size;
    private final int pieceMax;
    private final Pieces pieces;

    /** Takes over what has been written so far. */
    @FunctionalInterface
    interface Pieces {
        /** The first {@code length} of these bytes, which are written over afterwards. */
        void take(byte[] bytes, int length);
    }

    public WireOutput() {
        this(Integer.MAX_VALUE, (whole, length) -> {});
    }

    private WireOutput(int pieceMax, Pieces pieces) {
        this.pieceMax = pieceMax;
        this.pieces = pieces;
    }

    /**
     * An output that hands on what it holds whenever the next value would make it more than {@code pieceMax} bytes; at the end
     * {@link #cut} hands on the rest. It has no sections, whose lengths would have to be known in advance.
     */
    static WireOutput cutting(int pieceMax, Pieces pieces) {
        if (pieceMax < PIECE_MIN) {
            throw new IllegalArgumentException("pieces of " + pieceMax + " bytes are too small");
        }
        return new WireOutput(pieceMax, pieces);
    }

    /** Hands on what is there. */
    void cut() {
        if (size > 0) {
            pieces.take(bytes, size);
            size = 0;
        }
    }

    private boolean isCut() {
        return pieceMax < Integer.MAX_VALUE;
    }

    /** Starts over with {@code reserved} bytes that the caller fills in later. */
    void reset(int reserved) {
        if (bytes.length > RETAINED_MAX) {
            bytes = new byte[CAPACITY_MIN];
        }
        size = reserved;
    }

    int capacity() {
        return bytes.length;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    public void bits(int eight) {
        ensure(1);
        bytes[size++] = (byte) eight;
    }

    /** Any long; short for small non-negative ones. */
    public void varint(long value) {
        ensure(VARINT_MAX);
        long left = value;
        while ((left & ~0x7FL) != 0) {
            bytes[size++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        bytes[size++] = (byte) left;
    }

    /** Any long; short for those near zero on either side (zig-zag). */
    public void signed(long value) {
        varint((value << 1) ^ (value >> 63));
    }

    /**
     * A number from 0 to the greatest int.
     *
     * @throws IllegalArgumentException when it is negative
     */
    public void count(int value) {
        if (value < 0) {
            throw new IllegalArgumentException("a count or index in a record must not be negative: " + value);
        }
        varint(value);
    }

    void raw(byte[] other) {
        raw(other, other.length);
    }

    void raw(byte[] other, int length) {
        for (int done = 0; done < length; ) {
            int more = Math.min(length - done, pieceMax);
            ensure(more);
            System.arraycopy(other, done, bytes, size, more);
            size += more;
            done += more;
        }
    }

    /**
     * A text or null: length + 1 and UTF-8, or 0.
     *
     * @throws IllegalArgumentException when the text holds half a surrogate pair, which UTF-8 cannot express
     */
    public void text(@Nullable String text) {
        if (text == null) {
            varint(0);
            return;
        }
        if (isCut() && text.length() > SLICE_CHARS) {
            sliced(text);
            return;
        }
        int length = text.length();
        ensure(VARINT_MAX + (long) length);
        int start = size;
        varint(length + 1L);
        int at = size;
        byte[] target = bytes;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                size = start;
                beyondAscii(text);
                return;
            }
            target[at++] = (byte) c;
        }
        size = at;
    }

    /** A text that is not null. */
    void text(LargeText text) {
        varint(text.length() + 1);
        text.forEach(this::raw);
    }

    private void beyondAscii(String text) {
        long length = Utf8.length(text);
        ensure(VARINT_MAX + length);
        varint(length + 1);
        size = Utf8.write(text, bytes, size);
    }

    private void sliced(String text) {
        varint(Utf8.length(text) + 1);
        int to;
        for (int from = 0; from < text.length(); from = to) {
            to = Math.min(text.length(), from + SLICE_CHARS);
            if (to < text.length() && Character.isHighSurrogate(text.charAt(to - 1))) {
                to--;
            }
            ensure((to - from) * 3L);
            size = Utf8.write(text.substring(from, to), bytes, size);
        }
    }

    /** Begins a section; {@link #close} ends it. */
    public int open() {
        ensure(1);
        return size++;
    }

    /** Ends the section that {@link #open} began and puts its length in front of it. */
    public void close(int opened) {
        int length = size - opened - 1;
        int extra = varintLength(length) - 1;
        ensure(extra);
        System.arraycopy(bytes, opened + 1, bytes, opened + 1 + extra, length);
        size = opened;
        varint(length);
        size += length;
    }

    private static int varintLength(int value) {
        return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
    }

    private void ensure(long more) {
        if (size + more > pieceMax) {
            cut();
        }
        long needed = size + more;
        if (needed > bytes.length) {
            if (needed > CAPACITY_MAX) {
                throw new IllegalArgumentException("a record of " + needed + " bytes does not fit into memory");
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(CAPACITY_MAX, Math.max(needed, bytes.length * 2L)));
        }
    }
}
