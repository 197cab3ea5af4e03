package io.gemel.apply.simulation;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableId;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The locks of the applier's transaction, as PostgreSQL has them: of rows and of keys without a row, against those who write or refer to them. */
final class HeldLocks {
    private final Set<RowKey> rows = new HashSet<>();
    private final Set<RowKey> keys = new HashSet<>();
    private final Set<RowKey> referred = new HashSet<>();
    private final Set<TableId> tables = new HashSet<>();

    /** Nobody else may write the row; others may come to refer to it. */
    void row(RowKey key) {
        rows.add(key);
    }

    /** Nobody else may write the row, or refer to it. */
    void key(RowKey key) {
        rows.add(key);
        keys.add(key);
    }

    /** The row may not go. */
    void referred(RowKey key) {
        referred.add(key);
    }

    void table(TableId table) {
        tables.add(table);
    }

    /**
     * Would a local change have to wait?
     *
     * @param forgotten a key whose lock holds nobody back
     */
    boolean block(Change change, Predicate<RowKey> forgotten) {
        if (tables.contains(change.table())) {
            return true;
        }
        if (change instanceof Change.Truncate) {
            return rows.stream().anyMatch(key -> key.table().equals(change.table())) || !referred.isEmpty();
        }
        boolean goes = change.after() == null && referred.contains(change.key());
        boolean held = rows.contains(change.key()) && !forgotten.test(change.key());
        return goes || held || refersAnew(change);
    }

    private boolean refersAnew(Change change) {
        RowImage before = change.before();
        RowImage after = change.after();
        @Nullable String referred = after == null ? null : Item.unique(after);
        boolean known = before != null && Objects.equals(Item.unique(before), referred);
        return referred != null && !known && keys.contains(Item.key(referred));
    }
}
