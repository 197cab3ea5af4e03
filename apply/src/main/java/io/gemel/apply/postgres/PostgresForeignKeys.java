package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.TargetRows;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Finds the rows of replicated tables that refer to rows which are gone, or not there. Applying thread only. */
final class PostgresForeignKeys {
    private static final String KEYS = """
            SELECT n.nspname AS schema, c.relname AS child, c.relkind = 'p' AS partitioned,
                   ARRAY(SELECT a.attname FROM unnest(f.conkey) WITH ORDINALITY AS k (number, place)
                         JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number ORDER BY k.place) AS columns,
                   ARRAY(SELECT a.attname FROM unnest(f.confkey) WITH ORDINALITY AS k (number, place)
                         JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.number ORDER BY k.place) AS referred,
                   ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
                           AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS all_columns,
                   ARRAY(SELECT a.attname FROM pg_constraint p, unnest(p.conkey) WITH ORDINALITY AS k (number, place),
                           pg_attribute a WHERE p.conrelid = c.oid AND p.contype = 'p' AND a.attrelid = c.oid
                           AND a.attnum = k.number ORDER BY k.place) AS key
            FROM pg_constraint f
            JOIN pg_class c ON c.oid = f.conrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE f.contype = 'f' AND f.confrelid = to_regclass(?) AND f.conparentid = 0 AND NOT c.relispartition
            ORDER BY f.conname
            """;

    /**
     * A foreign key that refers to a table.
     *
     * @param child the shape of the rows that have it
     * @param columns its columns in that
     * @param query for the rows that refer to rows which are gone
     * @param probe for the gone rows that are referred to
     */
    private record ForeignKey(
            TableShape child, List<Integer> columns, List<Integer> referred, String query, String probe) {}

    private final Predicate<TableId> replicated;
    private final PostgresReferences references;
    private final PerShape<List<ForeignKey>> known = new PerShape<>();

    /** @param replicated tables that others are looked for in */
    PostgresForeignKeys(Predicate<TableId> replicated) {
        this.replicated = replicated;
        references = new PostgresReferences(replicated);
    }

    /** Forgets what it knows of the catalog. */
    void forget() {
        known.forget();
        references.forget();
    }

    boolean referTo(PostgresSession sql, PostgresTable parent, TableShape shape) throws SQLException, ApplyFailure {
        return !keys(sql, parent, shape).isEmpty();
    }

    /** As {@link TargetRows#orphans}. */
    List<TargetRows.Orphan> orphans(
            PostgresSession sql, PostgresTable parent, TableShape shape, List<RowImage> gone, long bytesMax)
            throws SQLException, ApplyFailure {
        List<TargetRows.Orphan> orphans = new ArrayList<>();
        long bytes = 0;
        for (ForeignKey key : keys(sql, parent, shape)) {
            List<Object> binds = PostgresBinds.images(key.referred(), gone);
            try (ResultSet found = sql.stream(key.query(), binds.toArray())) {
                while (bytes <= bytesMax && found.next()) {
                    RowImage child = PostgresBinds.image(key.child(), found);
                    TargetRows.Orphan orphan =
                            new TargetRows.Orphan(child, key.columns(), gone.get(found.getInt(child.size() + 1)));
                    orphans.add(orphan);
                    bytes += orphan.bytes();
                }
            }
        }
        return orphans;
    }

    /** As {@link TargetRows#referredTo}. */
    BitSet referredTo(PostgresSession sql, PostgresTable parent, TableShape shape, List<RowImage> gone)
            throws SQLException, ApplyFailure {
        BitSet referred = new BitSet(gone.size());
        for (ForeignKey key : keys(sql, parent, shape)) {
            List<Object> binds = PostgresBinds.images(key.referred(), gone);
            sql.forEach(key.probe(), row -> referred.set(row.getInt(1)), binds.toArray());
        }
        return referred;
    }

    /** As {@link TargetRows#dangling}. */
    List<TargetRows.Dangling> dangling(PostgresSession sql, PostgresTable child, TableShape shape, List<RowKey> keys)
            throws SQLException, ApplyFailure {
        return references.dangling(sql, child, shape, keys);
    }

    private List<ForeignKey> keys(PostgresSession sql, PostgresTable parent, TableShape shape)
            throws SQLException, ApplyFailure {
        return known.get(shape, () -> read(sql, parent, shape));
    }

    private List<ForeignKey> read(PostgresSession sql, PostgresTable parent, TableShape shape)
            throws SQLException, ApplyFailure {
        List<ForeignKey> keys = new ArrayList<>();
        sql.forEach(
                KEYS,
                row -> {
                    TableId table = PostgresRows.table(row, 1);
                    List<String> all = PostgresRows.texts(row, "all_columns");
                    List<Integer> key = indexes(all, PostgresRows.texts(row, "key"));
                    List<Integer> columns = indexes(all, PostgresRows.texts(row, "columns"));
                    List<Integer> referred = indexes(shape.columns(), PostgresRows.texts(row, "referred"));
                    if (replicated.test(table) && !key.isEmpty() && !columns.contains(-1) && !referred.contains(-1)) {
                        TableShape child = new TableShape(table, all, key);
                        String childRows = PostgresTable.rows(table, row.getBoolean("partitioned"));
                        keys.add(foreignKey(parent, child, childRows, columns, referred));
                    }
                },
                parent.name());
        return List.copyOf(keys);
    }

    private static List<Integer> indexes(List<String> columns, List<String> names) {
        return names.stream().map(columns::indexOf).toList();
    }

    private static ForeignKey foreignKey(
            PostgresTable parent, TableShape child, String childRows, List<Integer> columns, List<Integer> referred) {
        String names = child.columns().stream()
                .map(column -> "c." + PostgresTable.quote(column))
                .collect(Collectors.joining(", "));
        String refers = IntStream.range(0, columns.size())
                .mapToObj(i -> "c." + PostgresTable.quote(child.columns().get(columns.get(i))) + " = "
                        + parent.value("v.b", referred.get(i)))
                .collect(Collectors.joining(" AND "));
        String parentThere = IntStream.range(0, columns.size())
                .mapToObj(i -> parent.column("p", referred.get(i)) + " = " + parent.value("v.b", referred.get(i)))
                .collect(Collectors.joining(" AND "));
        String gone = "NOT EXISTS (SELECT FROM " + parent.rows() + " AS p WHERE " + parentThere + ")";
        String values = parent.from(referred, List.of());
        return new ForeignKey(
                child,
                columns,
                referred,
                "SELECT " + names + ", v.n" + values + " JOIN " + childRows + " AS c ON " + refers + " WHERE " + gone
                        + " FOR UPDATE OF c",
                "SELECT v.n" + values + " WHERE " + gone + " AND EXISTS (SELECT FROM " + childRows + " AS c WHERE "
                        + refers + ")");
    }
}
