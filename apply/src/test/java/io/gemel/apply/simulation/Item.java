package io.gemel.apply.simulation;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one table of the simulation: three ordinary columns and {@code n}, a counter that may be a delta column. */
final class Item {
    static final TableId TABLE = new TableId("public", "item");
    static final TableShape SHAPE = new TableShape(TABLE, List.of("id", "x", "y", "u", "n"), List.of(0));
    static final int X = 1;
    static final int Y = 2;
    static final int U = 3;
    static final int N = 4;
    static final String COUNTER = "n";

    private Item() {}

    static RowKey key(String id) {
        return RowKey.of(TABLE, id);
    }

    static RowImage row(String id, long x, long y, long n) {
        return RowImage.of(SHAPE, id, Long.toString(x), Long.toString(y), null, Long.toString(n));
    }

    static RowImage with(RowImage row, int column, long value) {
        return row.with(column, Long.toString(value));
    }

    static long number(RowImage row, int column) {
        String text = row.value(column);
        if (text == null) {
            throw new IllegalStateException("column " + column + " of " + row + " is null");
        }
        return Long.parseLong(text);
    }

    /**
     * What no two rows may share, where column u is unique, or the id of another row, where it refers to one; null when the row
     * has no such value.
     */
    static @Nullable String unique(RowImage row) {
        return row.shape().equals(SHAPE) ? row.value(U) : null;
    }

    /** A row without the noise of table and key. */
    static String show(@Nullable RowImage row) {
        if (row != null && !row.shape().equals(SHAPE)) {
            return row.toString();
        }
        return row == null
                ? "-"
                : "x=" + row.value(X) + " y=" + row.value(Y) + " u=" + row.value(U) + " n=" + row.value(N);
    }
}
