package io.gemel.conflict;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;

/**
 * Leaves two concurrent changes of one row to a person: neither site applies the other's, and nothing more to that row, until
 * one is chosen. Rows that are written at one site only are replicated as ever.
 */
public final class Park implements ConflictPolicy {
    @Override
    public String name() {
        return "park";
    }

    /** Never asked of concurrent changes: they are parked. */
    @Override
    public Step step(RowImage row, StampedChange change, boolean contested) {
        return Step.replaces(change.change());
    }

    @Override
    public boolean keepsOnlyTheLast() {
        return true;
    }
}
