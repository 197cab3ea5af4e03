package io.gemel.conflict;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;
import org.jspecify.annotations.Nullable;

/**
 * Of two concurrent rows, keeps the one with the greatest, or the least, value in one column; the later one when the
 * values are equal. A change that had seen the row replaces it, whatever the values.
 */
public final class GreatestOrLeast implements ConflictPolicy {
    private final String column;
    private final boolean greatest;

    private GreatestOrLeast(String column, boolean greatest) {
        this.column = column;
        this.greatest = greatest;
    }

    public static GreatestOrLeast greatest(String column) {
        return new GreatestOrLeast(column, true);
    }

    public static GreatestOrLeast least(String column) {
        return new GreatestOrLeast(column, false);
    }

    public String column() {
        return column;
    }

    @Override
    public String name() {
        return (greatest ? "greatest(" : "least(") + column + ")";
    }

    @Override
    public Step step(RowImage row, StampedChange change, boolean contested) {
        RowImage after = change.change().after();
        boolean loses = contested && after != null && isBeaten(value(after), value(row));
        return loses ? new Step(row, Effect.LOSES) : Step.replaces(change.change());
    }

    private @Nullable String value(RowImage row) {
        int index = row.shape().indexOf(column);
        return index < 0 ? null : row.value(index);
    }

    /** A null is beaten by every value and beats none. */
    private boolean isBeaten(@Nullable String mine, @Nullable String other) {
        if (mine == null || other == null) {
            return other != null;
        }
        return greatest ? ValueOrder.compare(mine, other) < 0 : ValueOrder.compare(mine, other) > 0;
    }
}
