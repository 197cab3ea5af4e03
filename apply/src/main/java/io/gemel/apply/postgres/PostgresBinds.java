package io.gemel.apply.postgres;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Bind values of the multi-row statements: ordinals first, then one array literal a column. Pure. */
final class PostgresBinds {
    private PostgresBinds() {}

    static List<Object> images(List<Integer> columns, List<RowImage> rows) {
        List<Object> binds = new ArrayList<>();
        binds.add(ordinals(rows.size()));
        columns.forEach(column -> binds.add(column(rows, column)));
        return binds;
    }

    /** A column of rows: an array literal, or one that is written as it is sent when values are large. */
    static Object column(List<RowImage> rows, int column) {
        return rows.stream().allMatch(row -> row.large(column) == null)
                ? ArrayLiteral.of(rows, row -> row.value(column))
                : new LargeArrayLiteral(rows, column);
    }

    static List<Object> keys(List<Integer> keyColumns, List<RowKey> keys) {
        List<Object> binds = new ArrayList<>();
        binds.add(ordinals(keys.size()));
        for (int i = 0; i < keyColumns.size(); i++) {
            int place = i;
            binds.add(ArrayLiteral.of(keys, key -> key.values().get(place)));
        }
        return binds;
    }

    /** A row's table and key, as Gemel's own tables keep them: schema, name and the key's values. */
    static List<String> ofKey(RowKey key) {
        return List.of(key.table().schema(), key.table().name(), ArrayLiteral.of(key.values(), value -> value));
    }

    static String ordinals(int count) {
        StringBuilder literal = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            literal.append(i == 0 ? "" : ",").append(i);
        }
        return literal.append('}').toString();
    }

    /** A row of a result whose first columns are those of the shape, in its order. */
    @SuppressWarnings("NullAway") // does not see across modules that an image's values may be null
    static RowImage image(TableShape shape, ResultSet row) throws SQLException {
        @Nullable String[] values = new @Nullable String[shape.columns().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.getString(i + 1);
        }
        return RowImage.owning(shape, values);
    }
}
