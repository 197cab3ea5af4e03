package io.gemel.apply.postgres;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The SQL of the multi-row statements for one table. Every statement that reads or changes rows names a table without its children. Of
 * a table in partitions it ends with the condition that names the partitions concerned, and its binds with those of that.
 */
final class PostgresStatements {
    /** Statements that are remembered: there is one for each set of columns that was changed together. */
    private static final int REMEMBERED_MAX = 128;

    private final PostgresTable table;
    private final Map<String, String> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };

    PostgresStatements(PostgresTable table) {
        this.table = table;
    }

    private String remember(String statement, Supplier<String> sql) {
        String known = remembered.get(statement);
        if (known == null) {
            known = sql.get();
            remembered.put(statement, known);
        }
        return known;
    }

    /** Binds: ordinal, every column before, changed columns after (behind ordinals again where these are split), then those of {@link #settled}. */
    String update(List<Integer> changed) {
        boolean touches = changed.isEmpty();
        List<Integer> set = touches
                ? table.all().stream().filter(i -> !table.isFixed(i)).limit(1).toList()
                : changed;
        String after = table.splits(table.all(), changed) ? "w.a" : "v.a";
        return remember(
                "update" + changed,
                () -> "UPDATE " + table.rows() + " AS t SET " + assignments(set, touches ? "v.b" : after)
                        + table.from(table.all(), changed) + where() + " AND " + settled() + pruned()
                        + " RETURNING v.n");
    }

    private String assignments(List<Integer> columns, String prefix) {
        return columns.stream()
                .map(i -> table.quoted(i) + " = " + table.value(prefix, i))
                .collect(Collectors.joining(", "));
    }

    /** Binds as {@link #update} without the after columns. */
    String delete() {
        return remember(
                "delete",
                () -> "DELETE FROM " + table.rows() + " AS t" + using(table.all()) + where() + " AND " + settled()
                        + pruned() + " RETURNING v.n");
    }

    /** Binds: ordinal, every column, and where the table {@link PostgresTable#canMerge cannot merge} those of the partitions; gives the keys. */
    String insertIfAbsent() {
        return remember(
                "insertIfAbsent",
                () -> table.canMerge()
                        ? insert() + " ON CONFLICT (" + keyNames() + ") DO NOTHING RETURNING " + keyNames()
                        : insert() + " WHERE NOT EXISTS (SELECT FROM " + table.rows() + " AS t" + where() + pruned()
                                + ") RETURNING " + keyNames());
    }

    /** Binds: ordinal, every column. Overwrites only a row whose key is written the same way. */
    String upsert() {
        return remember("upsert", () -> {
            String set = overwritten().stream()
                    .map(i -> table.quoted(i) + " = EXCLUDED." + table.quoted(i))
                    .collect(Collectors.joining(", "));
            return insert() + " ON CONFLICT (" + keyNames() + ") DO "
                    + (set.isEmpty()
                            ? "NOTHING"
                            : "UPDATE SET " + set + " WHERE " + sameKey(i -> "EXCLUDED." + table.quoted(i)));
        });
    }

    /** As {@link #upsert}, of rows that are there, and for a table that cannot merge. Binds: ordinal, every column; gives ordinals. */
    String overwrite() {
        List<Integer> set = overwritten().isEmpty() ? table.key() : overwritten();
        return remember(
                "overwrite",
                () -> "UPDATE " + table.rows() + " AS t SET " + assignments(set, "v.b")
                        + table.from(table.all(), List.of()) + where() + " AND "
                        + sameKey(i -> table.value("v.b", i)) + pruned() + " RETURNING v.n");
    }

    private List<Integer> overwritten() {
        return table.all().stream()
                .filter(i -> !table.key().contains(i) && !table.isFixed(i))
                .toList();
    }

    private String insert() {
        return "INSERT INTO " + table.name() + " AS t ("
                + table.all().stream().map(table::quoted).collect(Collectors.joining(", "))
                + ") OVERRIDING SYSTEM VALUE SELECT "
                + table.all().stream().map(i -> table.value("v.b", i)).collect(Collectors.joining(", "))
                + table.from(table.all(), List.of());
    }

    /** Binds: ordinal, key columns. Deletes only rows whose key is written the same way. */
    String deleteByKey() {
        return remember(
                "deleteByKey",
                () -> "DELETE FROM " + table.rows() + " AS t" + using(table.key()) + where() + " AND "
                        + sameKey(i -> table.value("v.b", i)) + pruned());
    }

    /** Binds: ordinal, key columns. */
    String deleteExcept() {
        return remember(
                "deleteExcept",
                () -> "DELETE FROM " + table.rows() + " AS t WHERE NOT EXISTS (SELECT 1"
                        + table.from(table.key(), List.of()) + where() + ")");
    }

    /**
     * Binds: ordinal, key columns; gives every column of the rows that have these keys, written in whatever way, the ordinal, and last
     * whether values that are {@link PostgresLargeRows large} were left out.
     */
    String select(boolean forUpdate) {
        return remember(
                "select" + forUpdate,
                () -> selected(table.all().stream().map(this::unlessLarge), "v.n, " + isLarge())
                        + (forUpdate ? " FOR UPDATE OF t" : ""));
    }

    /** As {@link #select}, with values of any size. */
    String selectLarge() {
        return remember(
                "selectLarge", () -> selected(table.all().stream().map(i -> table.column("t", i)), "v.n, false"));
    }

    /** Binds: ordinal, key columns; gives the bytes that the values of a row that may be large take together, and last the ordinal. */
    String sizes() {
        return remember(
                "sizes",
                () -> selected(
                        Stream.of(table.toasted().stream()
                                .map(i -> "coalesce(octet_length(" + table.column("t", i)
                                        + (table.knowsLength(i) ? "" : "::text") + "), 0)::int8")
                                .collect(Collectors.joining(" + "))),
                        "v.n"));
    }

    private String selected(Stream<String> columns, String more) {
        return columns.collect(Collectors.joining(", ", "SELECT ", ", " + more)) + " FROM " + table.rows() + " AS t"
                + table.from(table.key(), List.of()).replaceFirst(" FROM ", ", ") + where() + pruned();
    }

    private String unlessLarge(int column) {
        String value = table.column("t", column);
        return table.toasted().contains(column)
                ? "CASE WHEN pg_column_size(" + value + ") <= " + PostgresLargeRows.STORED_BYTES_MAX + " THEN " + value
                        + " END"
                : value;
    }

    private String isLarge() {
        return table.toasted().isEmpty()
                ? "false"
                : table.toasted().stream()
                        .map(i -> "pg_column_size(" + table.column("t", i) + ")")
                        .collect(Collectors.joining(
                                ", ", "coalesce(greatest(", ") > " + PostgresLargeRows.STORED_BYTES_MAX + ", false)"));
    }

    /** No binds; gives every column of every row. */
    String selectAll() {
        return "SELECT "
                + table.all().stream().map(i -> table.column("t", i)).collect(Collectors.joining(", ")) + " FROM "
                + table.rows() + " AS t";
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
        List<Integer> key = table.key();
        String values = table.all().stream()
                .map(i -> table.value("v.b", i) + " AS " + table.quoted(i))
                .collect(Collectors.joining(", "));
        String more = generated.entrySet().stream()
                .map(column -> ", " + column.getValue() + " AS " + column.getKey())
                .collect(Collectors.joining());
        String keyed = IntStream.range(0, expressions.size())
                .mapToObj(i -> expressions.get(i) + " AS e" + i)
                .collect(Collectors.joining(", "));
        String others = IntStream.range(0, key.size())
                .mapToObj(i -> table.quoted(key.get(i)) + " AS k" + i)
                .collect(Collectors.joining(", "));
        return "SELECT DISTINCT "
                + IntStream.range(0, key.size()).mapToObj(i -> "o.k" + i).collect(Collectors.joining(", "))
                + " FROM (SELECT " + others + ", " + keyed + " FROM (SELECT g.*" + more + " FROM (SELECT " + values
                + table.from(table.all(), List.of()) + ") AS g) AS r WHERE " + predicate + ") AS n JOIN (SELECT "
                + others + ", " + keyed + " FROM " + table.rows() + " AS r WHERE " + predicate + ") AS o ON (" + matches
                + ") AND ("
                + IntStream.range(0, key.size())
                        .mapToObj(i -> "o.k" + i + " IS DISTINCT FROM n.k" + i)
                        .collect(Collectors.joining(" OR "))
                + ")";
    }

    private String using(List<Integer> columns) {
        return table.from(columns, List.of()).replaceFirst(" FROM ", " USING ");
    }

    private String keyNames() {
        return table.key().stream().map(table::quoted).collect(Collectors.joining(", "));
    }

    private String where() {
        return " WHERE "
                + table.key().stream()
                        .map(i -> table.column("t", i) + " = " + table.value("v.b", i))
                        .collect(Collectors.joining(" AND "));
    }

    private String sameKey(IntFunction<String> other) {
        return "record_image_eq(ROW("
                + table.key().stream().map(i -> table.column("t", i)).collect(Collectors.joining(", ")) + "), ROW("
                + table.key().stream().map(other::apply).collect(Collectors.joining(", ")) + "))";
    }

    /** Binds: an array of values for each column that decides. */
    private String pruned() {
        return table.partitioning().columns().stream()
                .map(i -> " AND " + table.column("t", i) + " = ANY (?::" + table.arrayType(i) + ")")
                .collect(Collectors.joining());
    }

    /**
     * The row's last writer is older than the horizon or the applier itself, and the row is the before image, bit for bit.
     * Binds: least age, transaction ids of the applier.
     */
    private String settled() {
        return "(age(t.xmin) >= ? OR t.xmin = ANY(?::xid[])) AND record_image_eq(ROW("
                + table.all().stream().map(i -> table.column("t", i)).collect(Collectors.joining(", "))
                + "), ROW("
                + table.all().stream().map(i -> table.value("v.b", i)).collect(Collectors.joining(", ")) + "))";
    }
}
