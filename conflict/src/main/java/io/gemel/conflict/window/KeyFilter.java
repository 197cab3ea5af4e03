package io.gemel.conflict.window;

/**
 * A Bloom filter over hashes that are mixed well already: says of about one in a hundred absent ones that it may be there, and
 * of every present one. Ten bits a hash. Immutable once filled.
 */
final class KeyFilter {
    static final int BITS_PER_KEY = 10;

    private static final int PROBES = 7;

    private final long[] words;

    KeyFilter(int keys) {
        words = new long[Math.toIntExact(words(keys))];
    }

    /** Memory of a filter for so many hashes, bytes. */
    static long bytes(int keys) {
        return words(keys) * Long.BYTES;
    }

    private static long words(int keys) {
        return Math.max(1, ((long) keys * BITS_PER_KEY + Long.SIZE - 1) / Long.SIZE);
    }

    void add(long hash) {
        for (int probe = 0; probe < PROBES; probe++) {
            long bit = bit(hash, probe);
            words[(int) (bit / Long.SIZE)] |= 1L << bit;
        }
    }

    boolean mayContain(long hash) {
        for (int probe = 0; probe < PROBES; probe++) {
            long bit = bit(hash, probe);
            if ((words[(int) (bit / Long.SIZE)] & 1L << bit) == 0) {
                return false;
            }
        }
        return true;
    }

    private long bit(long hash, int probe) {
        long step = (hash >>> 32) | 1;
        return Long.remainderUnsigned(hash + probe * step * 0x9E3779B97F4A7C15L, (long) words.length * Long.SIZE);
    }
}
