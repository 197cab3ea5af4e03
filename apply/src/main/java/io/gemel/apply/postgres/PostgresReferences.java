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
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Finds those of given rows that refer to a row of a replicated table which is not there. Applying thread only. */
final class PostgresReferences {
    private static final String KEYS = """
            SELECT n.nspname AS schema, p.relname AS parent, p.relkind = 'p' AS partitioned,
                   ARRAY(SELECT a.attname FROM unnest(f.conkey) WITH ORDINALITY AS k (number, place)
                         JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number ORDER BY k.place) AS columns,
                   ARRAY(SELECT a.attname FROM unnest(f.confkey) WITH ORDINALITY AS k (number, place)
                         JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.number ORDER BY k.place) AS referred
            FROM pg_constraint f
            JOIN pg_class p ON p.oid = f.confrelid
            JOIN pg_namespace n ON n.oid = p.relnamespace
            WHERE f.contype = 'f' AND f.conrelid = to_regclass(?) AND f.conparentid = 0
            ORDER BY f.conname
            """;

    /**
     * A foreign key of a table.
     *
     * @param columns indexes in the table's shape
     * @param hold locks the rows that given ones refer to, as the database's own check does
     * @param find the given rows that refer to nothing
     */
    private record Reference(List<Integer> columns, String hold, String find) {}

    private final Predicate<TableId> replicated;
    private final PerShape<List<Reference>> known = new PerShape<>();

    /** @param replicated tables whose rows must be there when they are referred to */
    PostgresReferences(Predicate<TableId> replicated) {
        this.replicated = replicated;
    }

    /** Forgets what it knows of the catalog. */
    void forget() {
        known.forget();
    }

    /** As {@link TargetRows#dangling}. */
    List<TargetRows.Dangling> dangling(PostgresSession sql, PostgresTable child, TableShape shape, List<RowKey> keys)
            throws SQLException, ApplyFailure {
        List<TargetRows.Dangling> dangling = new ArrayList<>();
        Object[] binds = PostgresBinds.keys(child.key(), keys).toArray();
        for (Reference reference : known.get(shape, () -> read(sql, child, shape))) {
            sql.execute(reference.hold(), binds);
            try (ResultSet found = sql.query(reference.find(), binds)) {
                while (found.next()) {
                    RowImage row = PostgresBinds.image(shape, found);
                    dangling.add(new TargetRows.Dangling(row, reference.columns()));
                }
            }
        }
        return dangling;
    }

    private List<Reference> read(PostgresSession sql, PostgresTable child, TableShape shape)
            throws SQLException, ApplyFailure {
        List<Reference> references = new ArrayList<>();
        sql.forEach(
                KEYS,
                row -> {
                    TableId parent = PostgresRows.table(row, 1);
                    List<String> names = PostgresRows.texts(row, "columns");
                    List<Integer> columns = names.stream()
                            .map(name -> shape.columns().indexOf(name))
                            .toList();
                    if (replicated.test(parent) && !columns.contains(-1)) {
                        List<String> referred = PostgresRows.texts(row, "referred");
                        String parentRows = PostgresTable.rows(parent, row.getBoolean("partitioned"));
                        references.add(reference(child, columns, parentRows, names, referred));
                    }
                },
                child.name());
        return List.copyOf(references);
    }

    private static Reference reference(
            PostgresTable child, List<Integer> columns, String parentRows, List<String> names, List<String> referred) {
        String given = child.from(child.key(), List.of()) + " JOIN " + child.rows() + " AS c ON "
                + child.key().stream()
                        .map(i -> child.column("c", i) + " = " + child.value("v.b", i))
                        .collect(Collectors.joining(" AND "));
        String refers = IntStream.range(0, names.size())
                .mapToObj(
                        i -> "p." + PostgresTable.quote(referred.get(i)) + " = c." + PostgresTable.quote(names.get(i)))
                .collect(Collectors.joining(" AND "));
        String isReference = names.stream()
                .map(name -> "c." + PostgresTable.quote(name) + " IS NOT NULL")
                .collect(Collectors.joining(" AND "));
        String hold = "SELECT 1" + given + " JOIN " + parentRows + " AS p ON " + refers + " FOR KEY SHARE OF p";
        String find = "SELECT "
                + child.all().stream().map(i -> child.column("c", i)).collect(Collectors.joining(", ")) + given
                + " WHERE " + isReference + " AND NOT EXISTS (SELECT FROM " + parentRows + " AS p WHERE " + refers
                + ")";
        return new Reference(columns, hold, find);
    }
}
