package io.gemel.transaction.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gemel.transaction.LargeText;
import io.gemel.transaction.PackedBytes;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link WireOutput} wrote. Internal: for the codecs of this module only. One thread.
 *
 * <p>Trusts nothing: whatever the bytes are, a method returns a value that fits into them or throws
 * {@link BadRecordException}.
 */
public final class WireInput {
    /** Bytes of a joined record that are looked at together. */
    private static final int STRETCH = 1 << 13;

    private byte[] bytes;
    private final int kind;
    private final boolean newer;
    private final @Nullable PackedBytes joined; // null for a record that is in bytes as a whole
    private long start; // place in joined of the first of bytes
    private boolean inSection; // never left before its end
    private int at;
    private int limit;

    /**
     * @param kind kind of the record, from its frame
     * @param newer whether a newer minor version wrote it, which may have appended what this one must skip
     */
    WireInput(byte[] bytes, int from, int kind, boolean newer) {
        this.bytes = bytes;
        this.kind = kind;
        this.newer = newer;
        joined = null;
        at = from;
        limit = bytes.length;
    }

    private WireInput(PackedBytes joined, int kind) {
        bytes = new byte[0];
        this.kind = kind;
        newer = false;
        this.joined = joined;
    }

    /** Reads changes that were cut out of a record and joined again: large texts stay where they are. */
    static WireInput ofJoined(PackedBytes bytes, int kind) {
        return new WireInput(bytes, kind);
    }

    /** Gets bytes that follow, but for a section, which is there as a whole; returns whether there are as many. */
    private boolean fetch(int count) {
        PackedBytes all = joined;
        if (all == null || inSection) {
            return false;
        }
        start += at;
        at = 0;
        limit = (int) Math.min(Math.max(count, STRETCH), all.size() - start);
        bytes = bytes.length < limit ? new byte[limit] : bytes;
        for (int done = 0; done < limit; ) {
            done += all.read(start + done, bytes, done, limit - done);
        }
        return limit >= count;
    }

    public int kind() {
        return kind;
    }

    /** Bytes left in the section. */
    public int remaining() {
        return joined == null || inSection ? limit - at : (int) Math.min(Integer.MAX_VALUE, joined.size() - start - at);
    }

    public int bits() throws BadRecordException {
        if (at >= limit && !fetch(1)) {
            throw overrun();
        }
        return bytes[at++] & 0xFF;
    }

    public long varint() throws BadRecordException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = bits();
            value |= (next & 0x7FL) << shift;
            if (next < 0x80) {
                if (shift == 63 && next > 1) {
                    break;
                }
                return value;
            }
        }
        throw BadRecordException.corrupt("a number is longer than 64 bits");
    }

    public long signed() throws BadRecordException {
        long value = varint();
        return (value >>> 1) ^ -(value & 1);
    }

    /** A number from 0 to the greatest int. */
    public int index() throws BadRecordException {
        long value = varint();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw BadRecordException.corrupt("the count or index " + Long.toUnsignedString(value) + " is out of range");
        }
        return (int) value;
    }

    /** The number of things that follow, each of at least one byte: safe to allocate by. */
    public int count() throws BadRecordException {
        return fitting(varint());
    }

    /** A text that may be null. */
    public @Nullable String nullableText() throws BadRecordException {
        int length = textLength();
        return length < 0 ? null : text(length);
    }

    /** Bytes of the text that follows, to be read with {@link #text(int)} or {@link #largeText}; -1 for null. */
    int textLength() throws BadRecordException {
        long lengthPlusOne = varint();
        return lengthPlusOne == 0 ? -1 : fitting(lengthPlusOne - 1);
    }

    String text(int length) throws BadRecordException {
        if (limit - at < length && !fetch(length)) {
            throw overrun();
        }
        String text = new String(bytes, at, length, UTF_8);
        // The JDK replaces malformed bytes by U+FFFD: where there is none, or the text gives back the same bytes, all
        // is well.
        if (text.indexOf('\uFFFD') >= 0 && !gives(text, length)) {
            throw BadRecordException.corrupt("a text is not UTF-8");
        }
        at += length;
        return text;
    }

    LargeText largeText(int length) throws BadRecordException {
        LargeText text;
        PackedBytes all = joined;
        if (all == null) {
            LargeText.Builder copy = new LargeText.Builder();
            copy.append(bytes, at, length);
            text = copy.end();
            at += length;
        } else {
            text = new LargeText(all, start + at, length);
            start += at + (long) length;
            at = 0;
            limit = 0;
        }
        if (!text.isUtf8()) {
            throw BadRecordException.corrupt("a text is not UTF-8");
        }
        return text;
    }

    private boolean gives(String text, int length) {
        byte[] again = text.getBytes(UTF_8);
        return Arrays.equals(again, 0, again.length, bytes, at, at + length);
    }

    public String text() throws BadRecordException {
        String text = nullableText();
        if (text == null) {
            throw BadRecordException.corrupt("a name is missing");
        }
        return text;
    }

    /** Begins a section: nothing is read beyond its end until {@link #leave}, which takes what this returns. */
    public int enter() throws BadRecordException {
        int length = count();
        if (limit - at < length && !fetch(length)) {
            throw overrun();
        }
        int outer = limit;
        limit = at + length;
        inSection = true;
        return outer;
    }

    /** Ends a section, skipping what a newer minor version appended to it. */
    public void leave(int outer) throws BadRecordException {
        end();
        at = limit;
        limit = outer;
        inSection = false;
    }

    /** Everything must have been read, except what a newer minor version appended. */
    public void end() throws BadRecordException {
        if (remaining() > 0 && !newer) {
            throw BadRecordException.corrupt(remaining() + " bytes are left over");
        }
    }

    /** The rest of the section as a key into a cache, without a copy; does not move on. */
    ByteBuffer rest() {
        return ByteBuffer.wrap(bytes, at, limit - at);
    }

    /** The rest of the section. */
    byte[] restBytes() {
        byte[] rest = Arrays.copyOfRange(bytes, at, limit);
        at = limit;
        return rest;
    }

    void skipRest() {
        at = limit;
    }

    private int fitting(long count) throws BadRecordException {
        if (count < 0 || count > remaining()) {
            throw overrun();
        }
        return (int) count;
    }

    private static BadRecordException overrun() {
        return BadRecordException.corrupt("a length or count in it points behind its end");
    }
}
