package io.gemel.apply.postgres;

import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/** Reads values of several columns, or of an array, out of a row of a result. */
final class PostgresRows {
    private PostgresRows() {}

    /** A column of type {@code text[]} or {@code name[]}. */
    static List<String> texts(ResultSet row, String column) throws SQLException {
        return List.of(array(row, row.findColumn(column)));
    }

    /**
     * A table's schema and name.
     *
     * @param column of the schema, from 1; the name follows
     */
    static TableId table(ResultSet row, int column) throws SQLException {
        return new TableId(row.getString(column), row.getString(column + 1));
    }

    /**
     * The key of a row as Gemel's own tables keep it.
     *
     * @param column of the table's schema, from 1; its name and the array of the key's values follow
     */
    static RowKey key(ResultSet row, int column) throws SQLException {
        return RowKey.of(table(row, column), array(row, column + 2));
    }

    /** The key of a row of a table whose first columns are those of the key, in its order. */
    static RowKey key(TableShape shape, ResultSet row) throws SQLException {
        String[] values = new String[shape.key().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.getString(i + 1);
        }
        return RowKey.of(shape.table(), values);
    }

    private static String[] array(ResultSet row, int column) throws SQLException {
        Object[] values = (Object[]) row.getArray(column).getArray();
        return Arrays.copyOf(values, values.length, String[].class);
    }
}
