package io.gemel.apply.target;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A unique index other than the primary key, or an exclusion constraint: of two rows that collide on it one must lose.
 * Immutable.
 *
 * @param name of the index, as an operator knows it
 * @param columns indexes in the shape of all columns that decide whether a row collides
 * @param clears the column whose NULL resolves a collision, or null when none may be NULL
 */
public record UniqueKey(
        String name, List<Integer> columns, @Nullable Integer clears) {
    public UniqueKey {
        columns = List.copyOf(columns);
    }

    /**
     * What makes a row give way.
     *
     * @param removes remove the row even where a NULL would do
     */
    public Change.Release release(RowImage row, boolean removes) {
        if (removes || clears == null || row.isNull(clears)) {
            return new Change.Release(row, null, columns);
        }
        return new Change.Release(row, row.with(clears, null), columns);
    }
}
