package io.gemel.apply.simulation;

import io.gemel.transaction.StampedChange;

/** How the rows of an applier's transaction are written: in which order it locks, looks into the window and writes. */
interface ApplyRule {
    /** May the transaction commit? */
    enum Readiness {
        COMMIT,
        /** Capture must read on first. */
        WAIT,
        /** Something was found out too late: roll back and do it again, another way. */
        START_AGAIN
    }

    /** A transaction was opened. */
    void opened(ApplyTransaction transaction);

    /** Applies one change; false when capture must read on first. */
    boolean apply(ApplyTransaction transaction, StampedChange incoming);

    /** All changes are applied. */
    Readiness finish(ApplyTransaction transaction);
}
