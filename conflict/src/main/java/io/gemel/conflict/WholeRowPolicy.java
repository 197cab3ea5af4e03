package io.gemel.conflict;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;

/** A policy under which every change replaces the whole row, so that the last one in the fold decides alone. */
interface WholeRowPolicy extends ConflictPolicy {
    @Override
    default Step step(RowImage row, StampedChange change, boolean contested) {
        return Step.replaces(change.change());
    }

    @Override
    default boolean keepsOnlyTheLast() {
        return true;
    }
}
