package io.gemel.apply;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import java.util.ArrayList;
import java.util.List;

/** Bind values of the multi-row statements: ordinals first, then one array literal a column. Pure. */
final class RowBinds {
    private RowBinds() {}

    static List<Object> images(List<Integer> columns, List<RowImage> rows) {
        List<Object> binds = new ArrayList<>();
        binds.add(ordinals(rows.size()));
        columns.forEach(column -> binds.add(ArrayLiteral.of(rows, row -> row.value(column))));
        return binds;
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

    static String ordinals(int count) {
        StringBuilder literal = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            literal.append(i == 0 ? "" : ",").append(i);
        }
        return literal.append('}').toString();
    }
}
