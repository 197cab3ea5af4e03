package io.gemel.apply.decide;

import io.gemel.apply.decide.FoldedRows.MergedRow;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.TargetRows;
import io.gemel.apply.target.TargetRows.Dangling;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of one batch that may refer to a row that is gone, without a delete in the batch that says so. One database
 * transaction; applying thread only.
 */
final class PossibleOrphans {
    /** New keys of one table that a batch's transactions may bring and that are all remembered until their end. */
    static final int REMEMBERED_MAX = 50_000;

    private final TargetRows rows;
    private final Map<TableShape, Map<RowKey, MergedRow>> tables = new LinkedHashMap<>();

    /**
     * A row that refers to nothing.
     *
     * @param row what the batch made of it
     */
    record Found(Dangling dangling, MergedRow row) {}

    PossibleOrphans(TargetRows rows) {
        this.rows = rows;
    }

    /** Adds a row that got another key by this change; returns false when there are too many. */
    boolean addMoved(StampedChange change) {
        Map<RowKey, MergedRow> table = table(change.change().shape());
        if (table.size() >= REMEMBERED_MAX) {
            return false;
        }
        table.put(
                change.change().key(),
                new MergedRow(change, null, null, change.change().after()));
        return true;
    }

    /** Adds a row that a fold restored or made. */
    void add(MergedRow row) {
        table(row.change().change().shape()).put(row.change().change().key(), row);
    }

    private Map<RowKey, MergedRow> table(TableShape shape) {
        return tables.computeIfAbsent(shape, any -> new LinkedHashMap<>());
    }

    /** Tables of which some were added. */
    List<TableShape> shapes() {
        return List.copyOf(tables.keySet());
    }

    /** Those of a table that refer to nothing now. */
    List<Found> dangling(TableShape shape) throws ApplyFailure {
        Map<RowKey, MergedRow> table = table(shape);
        List<Found> found = new ArrayList<>();
        for (Dangling dangling : rows.dangling(shape, List.copyOf(table.keySet()))) {
            MergedRow row = table.get(dangling.row().key());
            if (row != null && !isAsBefore(row, dangling)) {
                found.add(new Found(dangling, row));
            }
        }
        return found;
    }

    /** Returns whether it referred to the same row before the batch: then the other site's delete finds it. */
    private static boolean isAsBefore(MergedRow row, Dangling dangling) {
        RowImage before = row.before();
        return before != null
                && before.shape().equals(dangling.row().shape())
                && dangling.columns().stream().allMatch(i -> before.hasSame(i, dangling.row()));
    }
}
