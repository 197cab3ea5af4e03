package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads any number of rows of a table by their keys. One database transaction; applying thread only. */
final class PostgresRowReader {
    private final StatementParts parts;
    private final Function<PostgresTable, PostgresStatements> statements;
    private final long rowBytesMax;

    /**
     * @param statements of a table
     * @param rowBytesMax maximum memory in bytes that the values of a changed row may take
     */
    PostgresRowReader(StatementParts parts, Function<PostgresTable, PostgresStatements> statements, long rowBytesMax) {
        this.parts = parts;
        this.statements = statements;
        this.rowBytesMax = rowBytesMax;
    }

    /**
     * Rows that a table has for keys.
     *
     * @param rows those whose key is written as asked for, by that
     * @param equal keys of rows that PostgreSQL takes for the one asked for, though they are written otherwise, by the one asked for
     */
    record Found(Map<RowKey, RowImage> rows, Map<RowKey, RowKey> equal) {
        Found() {
            this(new LinkedHashMap<>(), new HashMap<>());
        }
    }

    /** Reads the rows of these keys; large ones only when it is known that there is memory for them. */
    Found select(PostgresTable table, TableShape shape, boolean forUpdate, List<RowKey> keys)
            throws SQLException, ApplyFailure {
        Found all = new Found();
        List<RowKey> large = new ArrayList<>();
        parts.run(
                keys,
                key -> key,
                table.partitioning().rowsMax(),
                (part, start) -> read(table, shape, statements.apply(table).select(forUpdate), part, all, large));
        PostgresLargeRows sized = new PostgresLargeRows(table, rowBytesMax);
        parts.run(large, key -> key, table.partitioning().rowsMax(), (part, start) -> {
            try (ResultSet sizes = byKey(table, statements.apply(table).sizes(), part)) {
                while (sizes.next()) {
                    sized.add(part.get(sizes.getInt(2)), sizes.getLong(1));
                }
            }
        });
        parts.run(
                sized.readable(),
                key -> key,
                1,
                (part, start) -> read(table, shape, statements.apply(table).selectLarge(), part, all, large));
        return all;
    }

    /** @param large takes the keys of rows of which values were left out */
    private void read(
            PostgresTable table, TableShape shape, String select, List<RowKey> keys, Found all, List<RowKey> large)
            throws SQLException {
        try (ResultSet found = byKey(table, select, keys)) {
            while (found.next()) {
                RowImage image = PostgresBinds.image(shape, found);
                RowKey wanted = keys.get(found.getInt(image.size() + 1));
                if (!image.key().equals(wanted)) {
                    all.equal().put(wanted, image.key());
                } else if (found.getBoolean(image.size() + 2)) {
                    large.add(wanted);
                } else {
                    all.rows().put(wanted, image);
                }
            }
        }
    }

    private ResultSet byKey(PostgresTable table, String select, List<RowKey> keys) throws SQLException {
        List<Object> binds = PostgresBinds.keys(table.key(), keys);
        binds.addAll(parts.partitions(table, keys));
        return parts.sql(table).query(select, binds.toArray());
    }
}
