package io.gemel.apply.decide;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.TargetRows;
import io.gemel.conflict.window.WindowEntry;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableShape;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The deletes of one batch's transactions from tables that others refer to, as long as they may leave orphans. There
 * may be any number of them: those of unreferenced rows are forgotten on the way. One database transaction; applying
 * thread only.
 */
final class GoneRows {
    /** When so many deletes of one table are remembered, those that left no orphan are forgotten. */
    static final int FORGET_AT = 10_000;

    private final TargetRows rows;
    private final long bytesMax;
    private final Map<TableShape, Table> tables = new LinkedHashMap<>();
    private long bytes;

    private static final class Table {
        private final Map<RowKey, StampedChange> deletes = new LinkedHashMap<>();
        private int forgetAt = FORGET_AT;
    }

    /** @param bytesMax of memory for all of them; beyond it nothing more is remembered */
    GoneRows(TargetRows rows, long bytesMax) {
        this.rows = rows;
        this.bytesMax = bytesMax;
    }

    /** Remembers a delete; returns false when there is no memory for it. */
    boolean add(StampedChange delete) {
        if (bytes > bytesMax) {
            return false;
        }
        StampedChange before = tables.computeIfAbsent(delete.change().shape(), any -> new Table())
                .deletes
                .put(key(delete), delete);
        bytes += WindowEntry.bytes(delete) - (before == null ? 0 : WindowEntry.bytes(before));
        return true;
    }

    /** The row is there again. */
    void remove(TableShape shape, RowKey key) {
        Table table = tables.get(shape);
        StampedChange before = table == null ? null : table.deletes.remove(key);
        bytes -= before == null ? 0 : WindowEntry.bytes(before);
    }

    /** Tables of which some were added. */
    List<TableShape> shapes() {
        return List.copyOf(tables.keySet());
    }

    /** What is remembered of a table now. */
    Map<RowKey, StampedChange> deletes(TableShape shape) {
        Table table = tables.get(shape);
        return table == null ? Map.of() : Map.copyOf(table.deletes);
    }

    boolean contains(TableShape shape, RowKey key) {
        Table table = tables.get(shape);
        return table != null && table.deletes.containsKey(key);
    }

    /**
     * What was added so far is deleted by now. An unreferenced row can get no orphan any more: sessions of the
     * application that would refer to it wait for this transaction, and are then rejected by the database.
     */
    void forgetUnreferred() throws ApplyFailure {
        for (Map.Entry<TableShape, Table> each : tables.entrySet()) {
            Table table = each.getValue();
            if (table.deletes.size() >= table.forgetAt) {
                List<StampedChange> all = List.copyOf(table.deletes.values());
                BitSet referredTo = rows.referredTo(
                        each.getKey(),
                        all.stream().map(delete -> image(delete.change())).toList());
                for (int i = referredTo.nextClearBit(0); i < all.size(); i = referredTo.nextClearBit(i + 1)) {
                    remove(each.getKey(), key(all.get(i)));
                }
                table.forgetAt = Math.max(FORGET_AT, 2 * table.deletes.size());
            }
        }
    }

    private static RowKey key(StampedChange delete) {
        return delete.change().key();
    }

    /** The row as it was. */
    static RowImage image(Change delete) {
        RowImage image = delete.anyImage();
        if (image == null) {
            throw new IllegalStateException("not of a row: " + delete);
        }
        return image;
    }
}
