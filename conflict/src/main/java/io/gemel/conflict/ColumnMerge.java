package io.gemel.conflict;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;

/**
 * An update sets only the columns that it changed; of two updates of one column the one with the greater version wins.
 */
public final class ColumnMerge implements ConflictPolicy {
    @Override
    public String name() {
        return "column-merge";
    }

    @Override
    public Step step(RowImage row, StampedChange change, boolean contested) {
        if (!(change.change() instanceof Change.Update update)
                || !row.shape().equals(update.after().shape())) {
            return Step.replaces(change.change());
        }
        RowImage merged = row;
        for (int column : update.after().changedSince(update.before())) {
            merged = merged.with(column, update.after(), column);
        }
        return new Step(merged, Effect.JOINS);
    }
}
