package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.RepairCommands;
import io.gemel.reason.Advice;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.Record;

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

    /**
     * @param fixed GENERATED ALWAYS AS IDENTITY: an insert may override its value, an update may not
     * @param toasted whether its values may be too large for a page of the table
     */
    private record Column(String name, String type, boolean wrapped, boolean fixed, boolean toasted) {
        String quoted() {
            return quote(name);
        }
    }

    /**
     * What the catalog says of the table as a whole.
     *
     * @param state as {@link #STATE} has it
     * @param immediate whether PostgreSQL judges the primary key at once, by equality, and not by a trigger
     * @param rules whether there are rules for inserts or updates
     * @param referenced whether foreign keys refer to it
     */
    private record Facts(
            long oid, String state, boolean partitioned, boolean immediate, boolean rules, boolean referenced) {
        static Facts of(Record row) {
            return new Facts(
                    row.get("table", Long.class),
                    String.valueOf(row.get("state", String.class)),
                    row.get("partitioned", Boolean.class),
                    row.get("immediate", Boolean.class),
                    row.get("rules", Boolean.class),
                    row.get("referenced", Boolean.class));
        }
    }

    private final TableId id;
    private final String name;
    private final List<Column> columns; // those of the shape, in its order
    private final List<Integer> key;
    private final Facts facts;
    private final PostgresPartitioning partitioning;

    private PostgresTable(
            TableId id, List<Column> columns, List<Integer> key, Facts facts, PostgresPartitioning partitioning) {
        this.id = id;
        this.name = quote(id.schema()) + "." + quote(id.name());
        this.columns = columns;
        this.key = key;
        this.facts = facts;
        this.partitioning = partitioning;
    }

    /** Reads the catalog; a shape that does not fit the local table is a failure that names the difference. */
    static PostgresTable read(DSLContext sql, TableShape shape) throws ApplyFailure {
        TableId table = shape.table();
        Map<String, Column> known = new HashMap<>();
        Set<String> localKey = new HashSet<>();
        List<? extends Record> rows = sql.fetch(COLUMNS, table.schema(), table.name());
        for (Record row : rows) {
            String column = row.get("attname", String.class);
            known.put(
                    column,
                    new Column(
                            column,
                            row.get("type", String.class),
                            row.get("wrapped", Boolean.class),
                            row.get("fixed", Boolean.class),
                            row.get("toasted", Boolean.class)));
            if (row.get("key_place", Integer.class) != null) {
                localKey.add(column);
            }
        }
        if (known.isEmpty()) {
            throw halt(
                    Advice.APPLY_TABLE_MISSING,
                    "table " + table
                            + " does not exist at this site; create it here as at the peer. If it was renamed, give"
                            + " it this name until the rows that were written under it have arrived");
        }
        List<Column> columns = columns(shape, known);
        List<String> keyNames = shape.key().stream().map(shape.columns()::get).toList();
        if (!localKey.equals(Set.copyOf(keyNames))) {
            throw halt(
                    Advice.APPLY_KEY_DIFFERS,
                    "table " + table + " has the primary key " + localKey + " at this site but " + keyNames
                            + " at the peer; make it the peer's here");
        }
        Facts facts = Facts.of(rows.get(0));
        List<Integer> plain = IntStream.range(0, columns.size())
                .filter(i -> !columns.get(i).wrapped())
                .boxed()
                .toList();
        PostgresPartitioning partitioning = facts.partitioned()
                ? PostgresPartitioning.read(sql, facts.oid(), shape, plain)
                : PostgresPartitioning.NONE;
        return new PostgresTable(table, columns, shape.key(), facts, partitioning);
    }

    private static List<Column> columns(TableShape shape, Map<String, Column> known) throws ApplyFailure {
        List<Column> columns = new ArrayList<>();
        for (String column : shape.columns()) {
            Column found = known.get(column);
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
        return columns.get(column).quoted();
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
