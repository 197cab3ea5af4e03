package io.gemel.apply.postgres;

/** How much of a long result is read at a time. */
final class FetchSize {
    /** Rows that are held in memory. */
    static final int ROWS = 500;

    private FetchSize() {}
}
