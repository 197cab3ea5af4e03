package io.gemel.apply.postgres;

import io.gemel.apply.target.TargetRows;
import io.gemel.apply.target.TargetRows.Collision;
import io.gemel.apply.target.UniqueKey;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.Record;
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

    private final Map<TableShape, List<Searched>> known = new HashMap<>();

    /** Forgets what it knows of the catalog. */
    void forget() {
        known.clear();
    }

    /** As {@link TargetRows#collisions}. */
    List<Collision> collisions(DSLContext sql, PostgresTable table, TableShape shape, List<RowImage> images) {
        List<Collision> found = new ArrayList<>();
        for (Searched each : keys(sql, table, shape)) {
            for (Record row : sql.fetch(
                    each.query(), PostgresBinds.images(table.all(), images).toArray())) {
                found.add(new Collision(each.key(), RowKey.of(shape.table(), row.into(String[].class))));
            }
        }
        return found;
    }

    /**
     * Returns whether the table has a key that PostgreSQL checks late, by a trigger, and so not at all in the applier's
     * session.
     */
    boolean hasDeferrable(DSLContext sql, PostgresTable table, TableShape shape) {
        return keys(sql, table, shape).stream().anyMatch(Searched::deferrable);
    }

    private List<Searched> keys(DSLContext sql, PostgresTable table, TableShape shape) {
        return known.computeIfAbsent(shape, any -> read(sql, shape, table));
    }

    private static List<Searched> read(DSLContext sql, TableShape shape, PostgresTable table) {
        Map<String, String> generated = new LinkedHashMap<>();
        for (Record row : sql.fetch(GENERATED, table.name())) {
            generated.put(row.get("name", String.class), row.get("expression", String.class));
        }
        List<Searched> keys = new ArrayList<>();
        for (Record row : sql.fetch(KEYS, table.name())) {
            List<String> expressions = List.of(row.get("expressions", String[].class));
            List<String> operators = List.of(row.get("operators", String[].class));
            String equality = row.get("no_nulls", Boolean.class) ? "IS NOT DISTINCT FROM" : "=";
            String matches = IntStream.range(0, expressions.size())
                    .mapToObj(i -> "o.e" + i + " " + (operators.isEmpty() ? equality : operators.get(i)) + " n.e" + i)
                    .collect(Collectors.joining(" AND "));
            keys.add(new Searched(
                    key(sql, shape, row.get("name", String.class), row.get("index", Long.class), expressions),
                    row.get("deferrable", Boolean.class),
                    new PostgresStatements(table)
                            .collisions(generated, expressions, row.get("predicate", String.class), matches)));
        }
        return List.copyOf(keys);
    }

    private static UniqueKey key(DSLContext sql, TableShape shape, String name, long index, List<String> expressions) {
        List<Integer> columns = new ArrayList<>();
        @Nullable Integer clears = null;
        for (Record row : sql.fetch(COLUMNS, ArrayLiteral.of(expressions, text -> text), index)) {
            int column = shape.indexOf(row.get("attname", String.class));
            if (column < 0) {
                continue; // generated: the columns that it is made of are listed
            }
            columns.add(column);
            if (row.get("clears", Boolean.class) && !shape.key().contains(column)) {
                clears = column;
            }
        }
        return new UniqueKey(name, columns, clears);
    }
}
