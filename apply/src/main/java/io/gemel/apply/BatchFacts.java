package io.gemel.apply;

/** Facts about a batch that decide what may be done with it. */
interface BatchFacts {
    /** Whether it is at most one transaction. */
    boolean isSingle();

    /** Whether it is one transaction, held in memory as a whole, so that it can be parked. */
    boolean isParkable();

    /** Whether any row of a parkable batch is absent after one of its changes. */
    boolean leavesRowsAbsent();

    /** Whether any of its transactions may concern parked ones. For a large one this is unknown until it is read. */
    boolean mayHaveNotices();
}
