package io.gemel.apply;

import io.gemel.transaction.AllRows;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Rows that parked transactions hold, or all rows of a table. Applying thread only. */
final class ParkedRows {
    private final Set<RowKey> keys = new HashSet<>();
    private final Set<TableId> tables = new HashSet<>();

    void add(Collection<RowKey> more) {
        for (RowKey key : more) {
            keys.add(key);
            tables.add(key.table());
        }
    }

    /** Returns whether this row, or any that it stands for, is among them. */
    boolean touch(RowKey key) {
        return keys.contains(key)
                || (AllRows.areMeant(key) ? tables.contains(key.table()) : keys.contains(AllRows.key(key.table())));
    }
}
