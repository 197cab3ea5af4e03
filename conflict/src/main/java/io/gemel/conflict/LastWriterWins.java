package io.gemel.conflict;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;

/** The whole row of the change with the greater version. */
public final class LastWriterWins implements ConflictPolicy {
    @Override
    public String name() {
        return "last-writer-wins";
    }

    @Override
    public Step step(RowImage row, StampedChange change, boolean contested) {
        return Step.replaces(change.change());
    }

    @Override
    public boolean keepsOnlyTheLast() {
        return true;
    }
}
