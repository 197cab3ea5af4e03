package io.gemel.transaction;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All rows of a table, in places that otherwise name one row: a truncate that is parked holds the whole table. On the
 * wire it is an image of a shape with one column more, whose name is empty as no column's of a database can be. Pure;
 * any thread.
 */
public final class AllRows {
    private AllRows() {}

    /** The key that stands for all rows of a table: it has no values. */
    public static RowKey key(TableId table) {
        return RowKey.of(table);
    }

    /** Returns whether a key stands for all rows of its table. */
    public static boolean areMeant(RowKey key) {
        return key.isOfAllRows();
    }

    /** Returns whether an image stands for all rows of its table. */
    public static boolean areMeant(RowImage image) {
        return image.shape().isOfAllRows();
    }

    /** Returns whether a change concerns all rows, but is not a truncate. */
    public static boolean areMeant(Change change) {
        RowImage image = change.anyImage();
        return image != null && areMeant(image);
    }

    /** An image that stands for all rows of a table, and keeps its shape: a column of the key holds its place in that. */
    @SuppressWarnings("NullAway") // does not see across array types that an image's values may be null
    public static RowImage image(TableShape shape) {
        List<String> columns = new ArrayList<>(shape.columns());
        columns.add(TableShape.ALL_ROWS);
        @Nullable String[] values = new @Nullable String[columns.size()];
        for (int place = 0; place < shape.key().size(); place++) {
            values[shape.key().get(place)] = String.valueOf(place);
        }
        values[columns.size() - 1] = TableShape.ALL_ROWS;
        return RowImage.owning(new TableShape(shape.table(), columns, List.of(columns.size() - 1)), values);
    }

    /** The table's shape, which such an image keeps. */
    public static TableShape shape(RowImage image) {
        int columns = image.size() - 1;
        List<Integer> key = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            if (image.value(i) != null) {
                key.add(i);
            }
        }
        List<Integer> inOrder = new ArrayList<>(Collections.nCopies(key.size(), 0));
        key.forEach(i -> inOrder.set(Integer.parseInt(String.valueOf(image.value(i))), i));
        return new TableShape(image.shape().table(), image.shape().columns().subList(0, columns), inOrder);
    }
}
