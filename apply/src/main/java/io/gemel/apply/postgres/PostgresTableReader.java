package io.gemel.apply.postgres;

import io.gemel.apply.postgres.PostgresTable.Facts;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.RepairCommands;
import io.gemel.reason.Advice;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Finds the table for an incoming shape in the local catalog, or says why there is none. */
final class PostgresTableReader {
    /** What makes a statement mean something else when it changes; not what TRUNCATE, VACUUM and ANALYZE change. Of the table {@code c}. */
    static final String STATE = """
            concat_ws(' ', c.relname, c.relnamespace, c.relkind, c.relhasrules,
                (SELECT k.conindid FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p'),
                (SELECT string_agg(a.xmin::text, ' ' ORDER BY a.attnum) FROM pg_attribute a
                 WHERE a.attrelid = c.oid AND a.attnum > 0))
            """;

    /** A plain index on the key that PostgreSQL judges at once, and no rule that forbids it: then ON CONFLICT can be used. */
    private static final String COLUMNS = """
            SELECT c.oid::int8 AS table, c.relkind = 'p' AS partitioned, %s AS state,
                   a.attname, format_type(a.atttypid, -1) AS type, a.attidentity = 'a' AS fixed,
                   a.attstorage <> 'p' AS toasted,
                   t.typcategory IN ('A', 'C') OR t.typarray = 0 OR t.typdelim <> ',' AS wrapped,
                   array_position(k.conkey, a.attnum) AS key_place,
                   coalesce(i.indimmediate AND NOT i.indisexclusion, true) AS immediate,
                   EXISTS (SELECT FROM pg_rewrite w WHERE w.ev_class = c.oid AND w.ev_type IN ('2', '3')) AS rules,
                   EXISTS (SELECT 1 FROM pg_constraint f WHERE f.confrelid = c.oid AND f.contype = 'f') AS referenced
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
            LEFT JOIN pg_index i ON i.indexrelid = k.conindid
            WHERE n.nspname = ? AND c.relname = ?
            ORDER BY a.attnum
            """.formatted(STATE);

    private PostgresTableReader() {}

    /** Reads the catalog; a shape that does not fit the local table is a failure that names the difference. */
    static PostgresTable read(PostgresSession sql, TableShape shape) throws SQLException, ApplyFailure {
        TableId table = shape.table();
        Map<String, PostgresColumn> known = new HashMap<>();
        Set<String> localKey = new HashSet<>();
        Facts facts = sql.first(
                COLUMNS,
                row -> {
                    PostgresColumn column = PostgresColumn.of(row);
                    known.put(column.name(), column);
                    if (row.getString("key_place") != null) {
                        localKey.add(column.name());
                    }
                    return Facts.of(row);
                },
                table.schema(),
                table.name());
        if (facts == null) {
            throw halt(
                    Advice.APPLY_TABLE_MISSING,
                    "table " + table
                            + " does not exist at this site; create it here as at the peer. If it was renamed, give"
                            + " it this name until the rows that were written under it have arrived");
        }
        List<PostgresColumn> columns = columns(shape, known);
        List<String> keyNames = shape.key().stream().map(shape.columns()::get).toList();
        if (!localKey.equals(Set.copyOf(keyNames))) {
            throw halt(
                    Advice.APPLY_KEY_DIFFERS,
                    "table " + table + " has the primary key " + localKey + " at this site but " + keyNames
                            + " at the peer; make it the peer's here");
        }
        List<Integer> plain = IntStream.range(0, columns.size())
                .filter(i -> !columns.get(i).wrapped())
                .boxed()
                .toList();
        PostgresPartitioning partitioning = facts.partitioned()
                ? PostgresPartitioning.read(sql, facts.oid(), shape, plain)
                : PostgresPartitioning.NONE;
        return new PostgresTable(table, columns, shape.key(), facts, partitioning);
    }

    private static List<PostgresColumn> columns(TableShape shape, Map<String, PostgresColumn> known)
            throws ApplyFailure {
        List<PostgresColumn> columns = new ArrayList<>();
        for (String column : shape.columns()) {
            PostgresColumn found = known.get(column);
            if (found == null) {
                throw halt(
                        Advice.APPLY_COLUMN_MISSING,
                        "column " + column + " of table " + shape.table()
                                + " does not exist at this site; add it here as at the peer. Or, if it is dropped at the peer, too: "
                                + RepairCommands.without(shape.table(), column));
            }
            columns.add(found);
        }
        return columns;
    }

    private static ApplyFailure halt(Advice advice, String message) {
        return new ApplyFailure(Kind.HALT, advice, message);
    }
}
