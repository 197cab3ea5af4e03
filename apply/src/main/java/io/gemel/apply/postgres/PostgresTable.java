package io.gemel.apply.postgres;

import io.gemel.transaction.TableId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * One table as the local catalog has it, for rows of one incoming shape, and the parts of statements that depend on it alone.
 * A column of many rows travels as one array literal; arrays and composites, which {@code unnest} would take
 * apart, travel as text. A domain has the category of what it is over.
 *
 * <p>Types are named without their modifier and marked so (-1): {@code character} and {@code bit} alone would mean a length of
 * one, and cut values off. Columns are selected as they are, never cast to text: for bool, char(n), inet and xml that
 * cast gives another text than the log does.
 */
final class PostgresTable {
    /** Columns that functions in FROM may give together, PostgreSQL's MaxTupleAttributeNumber. */
    private static final int FROM_COLUMNS_MAX = 1_664;

    /**
     * What the catalog says of the table as a whole.
     *
     * @param state as {@link PostgresTableReader#STATE} has it
     * @param immediate whether PostgreSQL judges the primary key at once, by equality, and not by a trigger
     * @param rules whether there are rules for inserts or updates
     * @param referenced whether foreign keys refer to it
     */
    record Facts(long oid, String state, boolean partitioned, boolean immediate, boolean rules, boolean referenced) {
        static Facts of(ResultSet row) throws SQLException {
            return new Facts(
                    row.getLong("table"),
                    row.getString("state"),
                    row.getBoolean("partitioned"),
                    row.getBoolean("immediate"),
                    row.getBoolean("rules"),
                    row.getBoolean("referenced"));
        }
    }

    private final TableId id;
    private final String name;
    private final List<PostgresColumn> columns; // those of the shape, in its order
    private final List<Integer> key;
    private final Facts facts;
    private final PostgresPartitioning partitioning;

    PostgresTable(
            TableId id,
            List<PostgresColumn> columns,
            List<Integer> key,
            Facts facts,
            PostgresPartitioning partitioning) {
        this.id = id;
        this.name = quote(id.schema()) + "." + quote(id.name());
        this.columns = columns;
        this.key = key;
        this.facts = facts;
        this.partitioning = partitioning;
    }

    static String quote(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    TableId id() {
        return id;
    }

    long oid() {
        return facts.oid();
    }

    /** How the catalog was when it was read, for comparison. */
    String state() {
        return facts.state();
    }

    String name() {
        return name;
    }

    @Override
    public String toString() {
        return id.toString();
    }

    /** The table in a statement that reads, changes or empties it: without its children, but with its partitions. */
    String rows() {
        return rows(id, facts.partitioned());
    }

    static String rows(TableId table, boolean partitioned) {
        return (partitioned ? "" : "ONLY ") + quote(table.schema()) + "." + quote(table.name());
    }

    boolean referenced() {
        return facts.referenced();
    }

    PostgresPartitioning partitioning() {
        return partitioning;
    }

    /**
     * Returns whether an INSERT can have ON CONFLICT. PostgreSQL rejects it for tables with rules, even disabled ones,
     * and for deferrable keys and exclusion constraints.
     */
    boolean canMerge() {
        return facts.immediate() && !facts.rules();
    }

    /** Returns whether PostgreSQL checks the primary key by a trigger, and so not at all in the applier's session. */
    boolean isKeyUnjudged() {
        return !facts.immediate();
    }

    /** Whether an UPDATE can write these columns; if not, the row must be rewritten. */
    boolean canUpdate(List<Integer> changed) {
        return changed.isEmpty()
                ? columns.stream().anyMatch(column -> !column.fixed())
                : changed.stream().noneMatch(i -> columns.get(i).fixed());
    }

    /** Whether {@link PostgresStatements#upsert} can write any row that is there already. */
    boolean canOverwrite() {
        return all().stream().allMatch(i -> key.contains(i) || !isFixed(i));
    }

    boolean isFixed(int column) {
        return columns.get(column).fixed();
    }

    /** Columns whose values may be large; those of a key are not. */
    List<Integer> toasted() {
        return all().stream()
                .filter(i -> columns.get(i).toasted() && !key.contains(i))
                .toList();
    }

    /** Returns whether the server knows the length of a column's values without producing their texts. */
    boolean knowsLength(int column) {
        return Set.of("bytea", "text", "character varying")
                .contains(columns.get(column).type());
    }

    List<Integer> key() {
        return key;
    }

    List<Integer> all() {
        return IntStream.range(0, columns.size()).boxed().toList();
    }

    String quoted(int column) {
        return quote(columns.get(column).name());
    }

    /** A column of the table under an alias. */
    String column(String alias, int column) {
        return alias + "." + quoted(column);
    }

    /** Returns whether this many columns need two functions in FROM. */
    boolean splits(List<Integer> before, List<Integer> after) {
        return 1 + before.size() + after.size() > FROM_COLUMNS_MAX;
    }

    /**
     * {@code FROM unnest(...) AS v(n, b0, b1, ...)} with one bind for each, and those of {@code after} as a0, a1, ... behind these, or
     * when they do not fit there, in a second function {@code w} with ordinals of its own.
     */
    String from(List<Integer> before, List<Integer> after) {
        if (splits(before, after)) {
            return " FROM unnest(?::int4[]" + arrays(before) + ") AS v(n" + names("b", before)
                    + ") JOIN unnest(?::int4[]" + arrays(after) + ") AS w(n" + names("a", after) + ") ON w.n = v.n";
        }
        return " FROM unnest(?::int4[]" + arrays(before) + arrays(after) + ") AS v(n" + names("b", before)
                + names("a", after) + ")";
    }

    private String arrays(List<Integer> columns) {
        StringBuilder arrays = new StringBuilder();
        columns.forEach(i -> arrays.append(", ?::").append(arrayType(i)));
        return arrays.toString();
    }

    private static String names(String prefix, List<Integer> columns) {
        StringBuilder names = new StringBuilder();
        columns.forEach(i -> names.append(", ").append(prefix).append(i));
        return names.toString();
    }

    String arrayType(int column) {
        return columns.get(column).wrapped() ? "text[]" : columns.get(column).type() + "[]";
    }

    /** A value that {@link #from} gives. */
    String value(String prefix, int column) {
        return prefix
                + column
                + (columns.get(column).wrapped() ? "::" + columns.get(column).type() : "");
    }
}
