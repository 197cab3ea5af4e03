package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.transaction.TableShape;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** Remembers what was read from the catalog for the shapes of rows, until it forgets all. Applying thread only. */
final class PerShape<T> {
    private final Map<TableShape, T> known = new HashMap<>();

    /** What is known for a shape; read when nothing is. */
    T get(TableShape shape, PostgresWork<T> read) throws SQLException, ApplyFailure {
        T value = known.get(shape);
        if (value == null) {
            value = read.work();
            known.put(shape, value);
        }
        return value;
    }

    void forget() {
        known.clear();
    }
}
