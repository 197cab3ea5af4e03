package io.gemel.apply;

/**
 * Adaptive number of log records per database transaction. Where conflicts are frequent many records must be applied
 * alone, and a batch that is split was wasted work: so the size shrinks with each of these and grows slowly while all
 * goes well. Applying thread only.
 */
final class BatchSize {
    private static final int GROWTH_DIVISOR = 4;

    private int records = Integer.MAX_VALUE;

    /** At most so many, at least 1. */
    int records() {
        return records;
    }

    /** A batch was applied as it came. */
    void wentWell() {
        int growth = records / GROWTH_DIVISOR + 1;
        records = records > Integer.MAX_VALUE - growth ? Integer.MAX_VALUE : records + growth;
    }

    /**
     * A batch had to be taken apart.
     *
     * @param size its transactions, more than 1
     */
    void tookApart(int size) {
        records = Math.max(1, Math.min(records, size) / 2);
    }
}
