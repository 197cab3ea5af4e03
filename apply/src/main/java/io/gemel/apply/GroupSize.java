package io.gemel.apply;

/**
 * How many records of the log to try in one database transaction. Where conflicts are thick many have to come alone, and a group that
 * is taken apart was tried in vain: so it shrinks with each of these and grows slowly while all goes well. Applying thread only.
 */
final class GroupSize {
    private static final int GROWTH_DIVISOR = 4;

    private int records = Integer.MAX_VALUE;

    /** At most so many, at least 1. */
    int records() {
        return records;
    }

    /** A group was applied as it came. */
    void wentWell() {
        int growth = records / GROWTH_DIVISOR + 1;
        records = records > Integer.MAX_VALUE - growth ? Integer.MAX_VALUE : records + growth;
    }

    /**
     * A group had to be taken apart.
     *
     * @param size its transactions, more than 1
     */
    void tookApart(int size) {
        records = Math.max(1, Math.min(records, size) / 2);
    }
}
