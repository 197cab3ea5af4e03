package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.TargetRows;
import io.gemel.apply.target.TargetRows.Collision;
import io.gemel.apply.target.UniqueKey;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.TableShape;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The unique keys of tables besides their primary keys, of every kind that PostgreSQL has: over columns or expressions,
 * partial, deferrable, with NULLs distinct or not, exclusion constraints. PostgreSQL itself evaluates a key's own expressions,
 * predicate and operators to find the rows that a given row would collide with. Applying thread only.
 */
final class PostgresUniqueKeys {
    private static final String KEYS = """
            SELECT i.indexrelid::int8 AS index, NOT i.indimmediate AS deferrable, i.indexrelid::regclass::text AS name, i.indnullsnotdistinct AS no_nulls,
                   ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, true) FROM generate_series(1, i.indnkeyatts) AS k) AS expressions,
                   coalesce(pg_get_expr(i.indpred, i.indrelid, true), 'true') AS predicate,
                   ARRAY(SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
                         FROM unnest(c.conexclop) WITH ORDINALITY AS e (operator, place)
                         JOIN pg_operator o ON o.oid = e.operator JOIN pg_namespace n ON n.oid = o.oprnamespace
                         ORDER BY e.place) AS operators
            FROM pg_index i
            LEFT JOIN pg_constraint c
              ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid AND c.conexclop IS NOT NULL
            WHERE i.indrelid = to_regclass(?) AND (NOT i.indisprimary OR i.indisexclusion) AND (i.indisunique OR c.oid IS NOT NULL) AND i.indislive
            ORDER BY name
            """;

    /** Columns that decide, those of the key in its order before those only met in its expressions or predicate. */
    private static final String COLUMNS = """
            SELECT a.attname, NOT a.attnotnull AND a.attgenerated = '' AND (k.place IS NOT NULL OR g.source
                     OR EXISTS (SELECT FROM unnest(?::text[]) AS e WHERE e ~ ('\\m' || a.attname || '\\M'))) AS clears
            FROM pg_index i
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum > 0
            LEFT JOIN unnest((i.indkey::int2[])[0 : i.indnkeyatts - 1]) WITH ORDINALITY AS k (number, place)
              ON k.number = a.attnum
            CROSS JOIN LATERAL (SELECT EXISTS (
                SELECT FROM pg_attrdef f JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
                WHERE f.adrelid = i.indrelid AND f.adnum = ANY (i.indkey::int2[]) AND f.adnum <> a.attnum
                  AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum)) AS g (source)
            WHERE i.indexrelid = ?::oid AND (k.place IS NOT NULL OR g.source
              OR EXISTS (SELECT FROM pg_depend d
                         WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                           AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum))
            ORDER BY k.place NULLS LAST, a.attnum
            """;

    private static final String GENERATED = """
            SELECT quote_ident(a.attname) AS name, pg_get_expr(f.adbin, f.adrelid) AS expression
            FROM pg_attribute a JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
            WHERE a.attrelid = to_regclass(?) AND a.attgenerated <> ''
            """;

    /** A unique key and the query for its collisions. */
    private record Searched(UniqueKey key, boolean deferrable, String query) {}

    private final PerShape<List<Searched>> known = new PerShape<>();

    /** Forgets what it knows of the catalog. */
    void forget() {
        known.forget();
    }

    /** As {@link TargetRows#collisions}. */
    List<Collision> collisions(PostgresSession sql, PostgresTable table, TableShape shape, List<RowImage> images)
            throws SQLException, ApplyFailure {
        List<Collision> found = new ArrayList<>();
        for (Searched each : keys(sql, table, shape)) {
            found.addAll(sql.list(
                    each.query(),
                    row -> new Collision(each.key(), PostgresRows.key(shape, row)),
                    PostgresBinds.images(table.all(), images).toArray()));
        }
        return found;
    }

    /**
     * Returns whether the table has a key that PostgreSQL checks late, by a trigger, and so not at all in the applier's
     * session.
     */
    boolean hasDeferrable(PostgresSession sql, PostgresTable table, TableShape shape)
            throws SQLException, ApplyFailure {
        return keys(sql, table, shape).stream().anyMatch(Searched::deferrable);
    }

    private List<Searched> keys(PostgresSession sql, PostgresTable table, TableShape shape)
            throws SQLException, ApplyFailure {
        return known.get(shape, () -> read(sql, shape, table));
    }

    private static List<Searched> read(PostgresSession sql, TableShape shape, PostgresTable table)
            throws SQLException, ApplyFailure {
        Map<String, String> generated = new LinkedHashMap<>();
        sql.forEach(GENERATED, row -> generated.put(row.getString("name"), row.getString("expression")), table.name());
        return List.copyOf(sql.list(
                KEYS,
                row -> {
                    List<String> expressions = PostgresRows.texts(row, "expressions");
                    List<String> operators = PostgresRows.texts(row, "operators");
                    String equality = row.getBoolean("no_nulls") ? "IS NOT DISTINCT FROM" : "=";
                    String matches = IntStream.range(0, expressions.size())
                            .mapToObj(i ->
                                    "o.e" + i + " " + (operators.isEmpty() ? equality : operators.get(i)) + " n.e" + i)
                            .collect(Collectors.joining(" AND "));
                    return new Searched(
                            key(sql, shape, row.getString("name"), row.getLong("index"), expressions),
                            row.getBoolean("deferrable"),
                            new PostgresStatements(table)
                                    .collisions(generated, expressions, row.getString("predicate"), matches));
                },
                table.name()));
    }

    private static UniqueKey key(
            PostgresSession sql, TableShape shape, String name, long index, List<String> expressions)
            throws SQLException, ApplyFailure {
        List<Integer> columns = new ArrayList<>();
        @Nullable Integer clears = null;
        try (ResultSet row = sql.query(COLUMNS, ArrayLiteral.of(expressions, text -> text), index)) {
            while (row.next()) {
                int column = shape.indexOf(row.getString("attname"));
                if (column < 0) {
                    continue; // generated: the columns that it is made of are listed
                }
                columns.add(column);
                if (row.getBoolean("clears") && !shape.key().contains(column)) {
                    clears = column;
                }
            }
        }
        return new UniqueKey(name, columns, clears);
    }
}
