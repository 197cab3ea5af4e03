package io.gemel.transaction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Bytes that are appended, and read again from any place, without an array of their whole length: in blocks, of which one that is all
 * hexadecimal digits, as most of a {@code bytea} is, takes half. One thread until it is complete, any number afterwards.
 */
public final class PackedBytes {
    static final int BLOCK = 1 << 16;

    private static final byte[] DIGITS = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };
    private static final byte[] VALUES = values();

    private final List<byte[]> blocks = new ArrayList<>();
    private byte[] tail = new byte[0];
    private int tailLength;
    private long blockBytes;

    private static byte[] values() {
        byte[] values = new byte[1 << Byte.SIZE];
        Arrays.fill(values, (byte) -1);
        for (int i = 0; i < DIGITS.length; i++) {
            values[DIGITS[i]] = (byte) i;
        }
        return values;
    }

    public void append(byte[] source, int from, int length) {
        int at = from;
        int left = length;
        while (left > 0) {
            tail = tail.length == 0 ? new byte[BLOCK] : tail;
            int more = Math.min(left, BLOCK - tailLength);
            System.arraycopy(source, at, tail, tailLength, more);
            tailLength += more;
            at += more;
            left -= more;
            if (tailLength == BLOCK) {
                addBlock();
            }
        }
    }

    private void addBlock() {
        byte[] packed = new byte[BLOCK / 2];
        byte[] block = pack(packed) ? packed : tail;
        blocks.add(block);
        blockBytes += block.length;
        tail = block == tail ? new byte[0] : tail;
        tailLength = 0;
    }

    private boolean pack(byte[] packed) {
        for (int i = 0; i < packed.length; i++) {
            int high = VALUES[tail[2 * i] & 0xFF];
            int low = VALUES[tail[2 * i + 1] & 0xFF];
            if ((high | low) < 0) {
                return false;
            }
            packed[i] = (byte) (high << 4 | low);
        }
        return true;
    }

    /** Gives back what the last block does not need. */
    public void complete() {
        tail = Arrays.copyOf(tail, tailLength);
    }

    public long size() {
        return (long) blocks.size() * BLOCK + tailLength;
    }

    /** Bytes of memory that all of it takes. */
    public long held() {
        return blockBytes + tail.length;
    }

    /** Bytes of memory that a stretch takes, about. */
    long held(long from, long length) {
        long bytes = 0;
        long end = from + length;
        for (long at = from; at < end; ) {
            int place = (int) (at % BLOCK);
            long more = Math.min(end - at, BLOCK - place);
            bytes += isPacked((int) (at / BLOCK)) ? more / 2 : more;
            at += more;
        }
        return bytes;
    }

    private boolean isPacked(int block) {
        return block < blocks.size() && blocks.get(block).length < BLOCK;
    }

    /** Returns whether this range contains only digits, judged by whole blocks. */
    boolean isAllPacked(long from, long length) {
        for (long block = from / BLOCK; block * BLOCK < from + length; block++) {
            if (!isPacked((int) block)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Copies bytes from a place on.
     *
     * @return how many: as many as are asked for, or up to the end of a block; 0 at the end of everything
     */
    public int read(long from, byte[] target, int to, int length) {
        int index = (int) (from / BLOCK);
        int place = (int) (from % BLOCK);
        if (index >= blocks.size()) {
            int more = Math.max(0, Math.min(length, tailLength - place));
            System.arraycopy(tail, place, target, to, more);
            return more;
        }
        byte[] block = blocks.get(index);
        int more = Math.min(length, BLOCK - place);
        if (block.length == BLOCK) {
            System.arraycopy(block, place, target, to, more);
        } else {
            for (int i = 0; i < more; i++) {
                int two = block[(place + i) / 2];
                target[to + i] = DIGITS[(place + i) % 2 == 0 ? two >> 4 & 0xF : two & 0xF];
            }
        }
        return more;
    }
}
