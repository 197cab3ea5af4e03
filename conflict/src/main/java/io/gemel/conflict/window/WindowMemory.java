package io.gemel.conflict.window;

/**
 * How much memory the window may take, and where the rest goes.
 *
 * @param spill for the excess
 * @param changesMax changes kept in memory, at most forty bytes each; a power of two wastes no memory
 * @param filterBytesMax memory of the filters that avoid most look-ups in the spill
 */
public record WindowMemory(WindowSpill spill, int changesMax, long filterBytesMax) {
    private static final int CHANGE_BYTES = 40;
    private static final int CHANGES_LEAST = 1024;
    private static final int CHANGES_MOST = 1 << 26;

    /** Parts of the bytes of {@link #of} that go to changes and to filters: while a run is made it is sorted, too. */
    private static final int CHANGES_SHARE = 2;

    private static final int FILTER_SHARE = 2;

    public WindowMemory {
        if (changesMax < 1) {
            throw new IllegalArgumentException("the window must keep at least one change in memory");
        }
    }

    /** Divides so many bytes, roughly. */
    public static WindowMemory of(WindowSpill spill, long bytes) {
        long changes = Math.min(CHANGES_MOST, Math.max(CHANGES_LEAST, bytes / CHANGES_SHARE / CHANGE_BYTES));
        return new WindowMemory(spill, (int) Long.highestOneBit(changes), bytes / FILTER_SHARE);
    }

    /** Never spills. */
    public static WindowMemory unbounded() {
        return new WindowMemory(WindowSpill.none(), Integer.MAX_VALUE, 0);
    }
}
