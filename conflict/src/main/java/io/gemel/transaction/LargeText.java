package io.gemel.transaction;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A value's text that is too large to be copied about as a {@link String}: UTF-8 in blocks, the digits of a {@code bytea} two to a byte.
 * Every text of {@link #BYTES_MIN} or more in a {@link RowImage} is one of these. Immutable; any thread.
 */
public final class LargeText {
    /** Bytes of UTF-8 from which on a text is held like this. */
    public static final int BYTES_MIN = 1 << 20;

    private static final int PIECE = 1 << 13;
    private static final int SLICE_CHARS = 1 << 10;
    private static final int BYTES_OF_CHAR_MAX = 3;

    private final PackedBytes bytes;
    private final long from;
    private final long length;

    public LargeText(PackedBytes bytes, long from, long length) {
        this.bytes = bytes;
        this.from = from;
        this.length = length;
    }

    /** Collects a text, piece by piece. One thread. */
    public static final class Builder {
        private PackedBytes bytes = new PackedBytes();

        /** Appends bytes of UTF-8. */
        public void append(byte[] source, int begin, int count) {
            bytes.append(source, begin, count);
        }

        /** Bytes of memory that the text takes so far. */
        public long held() {
            return bytes.held();
        }

        /** Starts over; returns how much memory the text took. */
        public long forget() {
            long held = bytes.held();
            bytes = new PackedBytes();
            return held;
        }

        /** The text; nothing may be appended any more. */
        public LargeText end() {
            bytes.complete();
            return new LargeText(bytes, 0, bytes.size());
        }
    }

    /**
     * A text that is large enough for that, or null.
     *
     * @throws IllegalArgumentException when it holds half a surrogate pair
     */
    static @Nullable LargeText ofLarge(String text) {
        int chars = text.length();
        if (chars < BYTES_MIN / BYTES_OF_CHAR_MAX || Utf8.length(text) < BYTES_MIN) {
            return null;
        }
        Builder builder = new Builder();
        byte[] slice = new byte[SLICE_CHARS * BYTES_OF_CHAR_MAX];
        int to;
        for (int at = 0; at < chars; at = to) {
            to = Math.min(chars, at + SLICE_CHARS);
            if (to < chars && Character.isHighSurrogate(text.charAt(to - 1))) {
                to--;
            }
            builder.append(slice, 0, Utf8.write(text.substring(at, to), slice, 0));
        }
        return builder.end();
    }

    /** Bytes of UTF-8. */
    public long length() {
        return length;
    }

    /** Bytes of memory, about. */
    public long held() {
        return bytes.held(from, length);
    }

    /** Takes bytes that are written over afterwards. */
    @FunctionalInterface
    public interface Pieces {
        void take(byte[] piece, int count);
    }

    public void forEach(Pieces pieces) {
        byte[] piece = new byte[PIECE];
        for (long done = 0; done < length; ) {
            int more = bytes.read(from + done, piece, 0, (int) Math.min(PIECE, length - done));
            pieces.take(piece, more);
            done += more;
        }
    }

    /** The characters; nothing of it fails, and it need not be closed. */
    public Reader reader() {
        return new InputStreamReader(stream(), UTF_8);
    }

    private InputStream stream() {
        return new InputStream() {
            private final byte[] single = new byte[1];
            private long done;

            @Override
            public int read() {
                return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
            }

            @Override
            public int read(byte[] target, int to, int count) {
                if (done == length) {
                    return -1;
                }
                int more = bytes.read(from + done, target, to, (int) Math.min(count, length - done));
                done += more;
                return more;
            }
        };
    }

    public boolean isUtf8() {
        if (bytes.isAllPacked(from, length)) {
            return true;
        }
        Reader strict = new InputStreamReader(
                stream(),
                UTF_8.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
        CharBuffer characters = CharBuffer.allocate(PIECE);
        try {
            while (strict.read(characters) >= 0) {
                characters.clear();
            }
            return true;
        } catch (CharacterCodingException e) {
            return false;
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot fail to be read", e);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof LargeText text) || length != text.length) {
            return false;
        }
        byte[] here = new byte[PIECE];
        byte[] there = new byte[PIECE];
        for (long done = 0; done < length; ) {
            int more = bytes.read(from + done, here, 0, (int) Math.min(PIECE, length - done));
            for (int got = 0; got < more; ) {
                got += text.bytes.read(text.from + done + got, there, got, more - got);
            }
            if (!Arrays.equals(here, 0, more, there, 0, more)) {
                return false;
            }
            done += more;
        }
        return true;
    }

    @Override
    public int hashCode() {
        int[] hash = {1};
        forEach((piece, count) -> {
            for (int i = 0; i < count; i++) {
                hash[0] = 31 * hash[0] + piece[i];
            }
        });
        return hash[0];
    }

    /** The whole text as one string, which takes its length in memory twice while it is made. */
    @Override
    public String toString() {
        byte[] whole = new byte[Math.toIntExact(length)];
        int done = 0;
        while (done < whole.length) {
            done += bytes.read(from + done, whole, done, whole.length - done);
        }
        return new String(whole, UTF_8);
    }
}
