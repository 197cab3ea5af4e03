package io.gemel.apply;

import io.gemel.apply.ApplyFailure.Kind;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.Record;

/**
 * One table as the local catalog has it, for rows of one incoming shape, and the SQL of the multi-row statements for them.
 * A column of many rows travels as one array literal; arrays and composites, which {@code unnest} would take
 * apart, travel as text. A domain has the category of what it is over.
 *
 * <p>Types are named without their modifier and marked so (-1): {@code character} and {@code bit} alone would mean a length of
 * one, and cut values off. Columns are selected as they are, never cast to text: for bool, char(n), inet and xml that
 * cast gives another text than the log does.
 */
final class PostgresTable {
    private static final String COLUMNS = """
            SELECT a.attname, format_type(a.atttypid, -1) AS type, a.attidentity = 'a' AS fixed,
                   t.typcategory IN ('A', 'C') OR t.typarray = 0 OR t.typdelim <> ',' AS wrapped,
                   array_position(k.conkey, a.attnum) AS key_place,
                   EXISTS (SELECT 1 FROM pg_constraint f WHERE f.confrelid = c.oid AND f.contype = 'f') AS referenced
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
            WHERE n.nspname = ? AND c.relname = ?
            ORDER BY a.attnum
            """;

    /** @param fixed GENERATED ALWAYS AS IDENTITY: an insert may override its value, an update may not */
    private record Column(String name, String type, boolean wrapped, boolean fixed) {
        String quoted() {
            return quote(name);
        }
    }

    private final String name;
    private final List<Column> columns; // those of the shape, in its order
    private final List<Integer> key;
    private final boolean referenced;
    private final Map<String, String> statements = new HashMap<>();

    private PostgresTable(TableId table, List<Column> columns, List<Integer> key, boolean referenced) {
        this.name = quote(table.schema()) + "." + quote(table.name());
        this.columns = columns;
        this.key = key;
        this.referenced = referenced;
    }

    /** Reads the catalog; a shape that does not fit the local table is a failure that names the difference. */
    static PostgresTable read(DSLContext sql, TableShape shape) throws ApplyFailure {
        TableId table = shape.table();
        Map<String, Column> known = new HashMap<>();
        Map<String, Integer> keyPlaces = new HashMap<>();
        boolean referenced = false;
        for (Record row : sql.fetch(COLUMNS, table.schema(), table.name())) {
            String column = row.get("attname", String.class);
            known.put(
                    column,
                    new Column(
                            column,
                            row.get("type", String.class),
                            row.get("wrapped", Boolean.class),
                            row.get("fixed", Boolean.class)));
            Integer place = row.get("key_place", Integer.class);
            if (place != null) {
                keyPlaces.put(column, place);
            }
            referenced = row.get("referenced", Boolean.class);
        }
        if (known.isEmpty()) {
            throw halt("table " + table + " does not exist at this site; create it here as it is at the peer");
        }
        List<Column> columns = new ArrayList<>();
        for (String column : shape.columns()) {
            Column found = known.get(column);
            if (found == null) {
                throw halt("column " + column + " of table " + table
                        + " does not exist at this site; add it here as it is at the peer. Or, when it is dropped at the peer, too: "
                        + RepairCommands.without(table, column));
            }
            columns.add(found);
        }
        List<String> keyNames = shape.key().stream().map(shape.columns()::get).toList();
        if (!keyPlaces
                .keySet()
                .equals(Map.copyOf(keyNames.stream().collect(Collectors.toMap(k -> k, k -> 0)))
                        .keySet())) {
            throw halt("table " + table + " has the primary key " + keyPlaces.keySet() + " at this site but " + keyNames
                    + " at the peer; make them equal");
        }
        return new PostgresTable(table, columns, shape.key(), referenced);
    }

    private static ApplyFailure halt(String message) {
        return new ApplyFailure(Kind.HALT, message);
    }

    static String quote(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    String name() {
        return name;
    }

    boolean referenced() {
        return referenced;
    }

    /** Whether an UPDATE can write these columns; the row must be written anew when not. */
    boolean canUpdate(List<Integer> changed) {
        return changed.isEmpty()
                ? columns.stream().anyMatch(column -> !column.fixed())
                : changed.stream().noneMatch(i -> columns.get(i).fixed());
    }

    /** Whether {@link #upsert} can write any row that is there already. */
    boolean canOverwrite() {
        return IntStream.range(0, columns.size())
                .allMatch(i -> key.contains(i) || !columns.get(i).fixed());
    }

    /** Binds: ordinal, every column before, changed columns after, then those of {@link #settled}. */
    String update(List<Integer> changed) {
        List<Integer> set = changed.isEmpty()
                ? all().stream().filter(i -> !columns.get(i).fixed()).limit(1).toList()
                : changed;
        String prefix = changed.isEmpty() ? "b" : "a";
        return statements.computeIfAbsent(
                "update" + changed,
                any -> "UPDATE " + name + " AS t SET "
                        + set.stream()
                                .map(i -> columns.get(i).quoted() + " = " + value(prefix, i))
                                .collect(Collectors.joining(", "))
                        + from(all(), changed) + where() + " AND " + settled() + " RETURNING v.n");
    }

    /** Binds as {@link #update} without the after columns. */
    String delete() {
        return statements.computeIfAbsent(
                "delete",
                any -> "DELETE FROM " + name + " AS t" + from(all(), List.of()).replaceFirst(" FROM ", " USING ")
                        + where() + " AND " + settled() + " RETURNING v.n");
    }

    /** Binds: ordinal, every column. */
    String insertIfAbsent() {
        return statements.computeIfAbsent(
                "insert", any -> insert() + " ON CONFLICT (" + keyNames() + ") DO NOTHING RETURNING " + keyNames());
    }

    /** Binds as {@link #insertIfAbsent}. */
    String upsert() {
        return statements.computeIfAbsent("upsert", any -> {
            String set = all().stream()
                    .filter(i -> !key.contains(i) && !columns.get(i).fixed())
                    .map(i -> columns.get(i).quoted() + " = EXCLUDED."
                            + columns.get(i).quoted())
                    .collect(Collectors.joining(", "));
            return insert() + " ON CONFLICT (" + keyNames() + ") DO "
                    + (set.isEmpty() ? "NOTHING" : "UPDATE SET " + set);
        });
    }

    private String insert() {
        return "INSERT INTO " + name + " ("
                + all().stream().map(i -> columns.get(i).quoted()).collect(Collectors.joining(", "))
                + ") OVERRIDING SYSTEM VALUE SELECT "
                + all().stream().map(i -> value("b", i)).collect(Collectors.joining(", ")) + from(all(), List.of());
    }

    /** Binds: ordinal, key columns. */
    String deleteByKey() {
        return statements.computeIfAbsent(
                "deleteByKey",
                any -> "DELETE FROM " + name + " AS t" + from(key, List.of()).replaceFirst(" FROM ", " USING ")
                        + where());
    }

    /** Binds: ordinal, key columns. */
    String deleteExcept() {
        return statements.computeIfAbsent(
                "deleteExcept",
                any -> "DELETE FROM " + name + " AS t WHERE NOT EXISTS (SELECT 1" + from(key, List.of()) + where()
                        + ")");
    }

    /** Binds: ordinal, key columns; gives every column. */
    String select(boolean forUpdate) {
        return statements.computeIfAbsent(
                "select" + forUpdate,
                any -> "SELECT "
                        + all().stream()
                                .map(i -> "t." + columns.get(i).quoted())
                                .collect(Collectors.joining(", "))
                        + " FROM " + name + " AS t" + from(key, List.of()).replaceFirst(" FROM ", ", ") + where()
                        + (forUpdate ? " FOR UPDATE OF t" : ""));
    }

    /**
     * The query for rows that given rows would collide with on one unique key. Binds: ordinal, every column; gives the key
     * columns of the other row.
     *
     * @param generated expressions of the generated columns, by quoted name
     * @param expressions of the unique key, over unqualified columns
     * @param predicate of the unique key likewise
     * @param matches compares {@code o.e0, o.e1, ...} of the other row with {@code n.e0, ...} of the given one
     */
    String collisions(Map<String, String> generated, List<String> expressions, String predicate, String matches) {
        String values = all().stream()
                .map(i -> value("b", i) + " AS " + columns.get(i).quoted())
                .collect(Collectors.joining(", "));
        String more = generated.entrySet().stream()
                .map(column -> ", " + column.getValue() + " AS " + column.getKey())
                .collect(Collectors.joining());
        String keyed = IntStream.range(0, expressions.size())
                .mapToObj(i -> expressions.get(i) + " AS e" + i)
                .collect(Collectors.joining(", "));
        String others = IntStream.range(0, key.size())
                .mapToObj(i -> columns.get(key.get(i)).quoted() + " AS k" + i)
                .collect(Collectors.joining(", "));
        return "SELECT DISTINCT "
                + IntStream.range(0, key.size()).mapToObj(i -> "o.k" + i).collect(Collectors.joining(", "))
                + " FROM (SELECT " + others + ", " + keyed + " FROM (SELECT g.*" + more + " FROM (SELECT " + values
                + from(all(), List.of()) + ") AS g) AS r WHERE " + predicate + ") AS n JOIN (SELECT " + others + ", "
                + keyed + " FROM " + name + " AS r WHERE " + predicate + ") AS o ON (" + matches + ") AND ("
                + IntStream.range(0, key.size())
                        .mapToObj(i -> "o.k" + i + " IS DISTINCT FROM n.k" + i)
                        .collect(Collectors.joining(" OR "))
                + ")";
    }

    List<Integer> key() {
        return key;
    }

    List<Integer> all() {
        return IntStream.range(0, columns.size()).boxed().toList();
    }

    /** A column of the table under an alias. */
    String column(String alias, int column) {
        return alias + "." + columns.get(column).quoted();
    }

    private String keyNames() {
        return key.stream().map(i -> columns.get(i).quoted()).collect(Collectors.joining(", "));
    }

    /** {@code FROM unnest(...) AS v(n, b0, b1, ..., a3, ...)} with one bind for each. */
    String from(List<Integer> before, List<Integer> after) {
        StringBuilder arrays = new StringBuilder(" FROM unnest(?::int4[]");
        StringBuilder names = new StringBuilder(") AS v(n");
        before.forEach(i -> {
            arrays.append(", ?::").append(arrayType(i));
            names.append(", b").append(i);
        });
        after.forEach(i -> {
            arrays.append(", ?::").append(arrayType(i));
            names.append(", a").append(i);
        });
        return arrays.append(names).append(')').toString();
    }

    private String arrayType(int column) {
        return columns.get(column).wrapped() ? "text[]" : columns.get(column).type() + "[]";
    }

    String value(String prefix, int column) {
        return "v." + prefix + column
                + (columns.get(column).wrapped() ? "::" + columns.get(column).type() : "");
    }

    private String where() {
        return " WHERE "
                + key.stream()
                        .map(i -> "t." + columns.get(i).quoted() + " = " + value("b", i))
                        .collect(Collectors.joining(" AND "));
    }

    /**
     * The row's last writer is older than the horizon or the applier itself, and the row is the before image, bit for bit.
     * Binds: least age, transaction ids of the applier.
     */
    private String settled() {
        return "(age(t.xmin) >= ? OR t.xmin = ANY(?::xid[])) AND record_image_eq(ROW("
                + all().stream().map(i -> "t." + columns.get(i).quoted()).collect(Collectors.joining(", "))
                + "), ROW("
                + all().stream().map(i -> value("b", i)).collect(Collectors.joining(", ")) + "))";
    }
}
