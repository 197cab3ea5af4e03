package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.TargetRows.Pair;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.ExecuteListener;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DefaultExecuteListenerProvider;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/**
 * Runs the statements of tables for any number of rows, in as many parts as a table needs. One database transaction; applying thread
 * only.
 */
final class PostgresRowStatements {
    /** Rows of a statement whose values come in two functions: PostgreSQL compares each of one with each of the other. */
    private static final int SPLIT_ROWS_MAX = 100;

    /** Rows of any statement: it has to answer in time, however large a log record may be. */
    private static final int ROWS_MAX = 10_000;

    private final DSLContext sql;
    private final Function<PostgresTable, PostgresStatements> statements;
    private final RowsAtWork atWork;
    private final long rowBytesMax;
    private final Set<Long> lockedForInserts = new HashSet<>();
    private @Nullable DSLContext replanning;

    /**
     * @param statements of a table
     * @param atWork told of the rows of each statement
     * @param rowBytesMax maximum memory in bytes that the values of a changed row may take
     */
    PostgresRowStatements(
            DSLContext sql,
            Function<PostgresTable, PostgresStatements> statements,
            RowsAtWork atWork,
            long rowBytesMax) {
        this.sql = sql;
        this.atWork = atWork;
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

    /** A statement's part: some of the rows. */
    @FunctionalInterface
    private interface Part<T> {
        void run(List<T> rows, int start) throws SQLException, ApplyFailure;
    }

    private <T> void inParts(List<T> rows, RowsAtWork.Keys<T> keys, int rowsMax, Part<T> part)
            throws SQLException, ApplyFailure {
        try {
            int most = Math.min(rowsMax, ROWS_MAX);
            for (int start = 0; start < rows.size(); start += most) {
                List<T> some = rows.subList(start, Math.min(start + most, rows.size()));
                atWork.begin(some, keys);
                part.run(some, start);
            }
        } finally {
            atWork.end();
        }
    }

    /** Statements that name partitions must be planned for the very values; others once and for all. */
    private DSLContext sql(PostgresTable table) {
        if (!table.partitioning().prunes()) {
            return sql;
        }
        DSLContext known = replanning;
        if (known == null) {
            known = sql.configuration()
                    .deriveAppending(DefaultExecuteListenerProvider.providers(
                            ExecuteListener.onPrepareEnd(context -> unprepared(context.statement()))))
                    .dsl();
            replanning = known;
        }
        return known;
    }

    private static void unprepared(@Nullable PreparedStatement statement) {
        try {
            if (statement != null) {
                statement.unwrap(PGStatement.class).setPrepareThreshold(0);
            }
        } catch (SQLException e) {
            throw new DataAccessException("not a statement of PostgreSQL's driver", e);
        }
    }

    /**
     * Updates rows that are as they should be.
     *
     * @param settled binds that say who may have written a row last
     * @return those that were not
     */
    BitSet update(PostgresTable table, List<Pair> rows, List<Integer> changed, List<Object> settled)
            throws SQLException, ApplyFailure {
        boolean splits = table.splits(table.all(), changed);
        int rowsMax = Math.min(table.partitioning().rowsMax(), splits ? SPLIT_ROWS_MAX : Integer.MAX_VALUE);
        BitSet missed = all(rows.size());
        inParts(rows, pair -> pair.after().key(), rowsMax, (part, start) -> {
            List<RowImage> before = part.stream().map(Pair::before).toList();
            List<Object> binds = PostgresBinds.images(table.all(), before);
            if (splits) {
                binds.add(PostgresBinds.ordinals(part.size()));
            }
            List<RowImage> after = part.stream().map(Pair::after).toList();
            changed.forEach(column -> binds.add(PostgresBinds.column(after, column)));
            binds.addAll(settled);
            clear(missed, start, table, statements.apply(table).update(changed), prune(table, binds, before));
        });
        return missed;
    }

    /** As {@link #update}. */
    BitSet delete(PostgresTable table, List<RowImage> rows, List<Object> settled) throws SQLException, ApplyFailure {
        BitSet missed = all(rows.size());
        inParts(rows, RowImage::key, table.partitioning().rowsMax(), (part, start) -> {
            List<Object> binds = PostgresBinds.images(table.all(), part);
            binds.addAll(settled);
            clear(missed, start, table, statements.apply(table).delete(), prune(table, binds, part));
        });
        return missed;
    }

    private static BitSet all(int rows) {
        BitSet all = new BitSet(rows);
        all.set(0, rows);
        return all;
    }

    /** The values of the columns that decide about partitions, an array for each. */
    private static List<Object> partitions(PostgresTable table, List<RowKey> keys) {
        List<Object> binds = new ArrayList<>();
        for (int column : table.partitioning().columns()) {
            int place = table.key().indexOf(column);
            binds.add(ArrayLiteral.of(keys, key -> key.values().get(place)));
        }
        return binds;
    }

    private static List<Object> prune(PostgresTable table, List<Object> binds, List<RowImage> rows) {
        if (table.partitioning().prunes()) {
            binds.addAll(partitions(table, rows.stream().map(RowImage::key).toList()));
        }
        return binds;
    }

    private void clear(BitSet missed, int start, PostgresTable table, String statement, List<Object> binds)
            throws SQLException {
        try (ResultSet written =
                sql(table).resultQuery(statement, binds.toArray()).fetchResultSet()) {
            while (written.next()) {
                missed.clear(start + written.getInt(1));
            }
        }
    }

    /** Inserts rows whose keys are absent; returns the others. */
    BitSet insertIfAbsent(PostgresTable table, TableShape shape, List<RowImage> rows)
            throws SQLException, ApplyFailure {
        lockForInserts(table);
        int rowsMax =
                table.canMerge() ? Integer.MAX_VALUE : table.partitioning().rowsMax();
        BitSet present = new BitSet(rows.size());
        inParts(rows, RowImage::key, rowsMax, (part, start) -> {
            List<Object> binds = PostgresBinds.images(table.all(), part);
            if (!table.canMerge()) {
                prune(table, binds, part);
            }
            Set<RowKey> inserted = new HashSet<>();
            try (ResultSet written = (table.canMerge() ? sql : sql(table))
                    .resultQuery(statements.apply(table).insertIfAbsent(), binds.toArray())
                    .fetchResultSet()) {
                while (written.next()) {
                    inserted.add(key(shape, written));
                }
            }
            if (inserted.size() < part.size()) {
                IntStream.range(0, part.size())
                        .filter(i -> !inserted.contains(part.get(i).key()))
                        .forEach(i -> present.set(start + i));
            }
        });
        return present;
    }

    /** A key that PostgreSQL does not judge in this session must not be assigned twice by two concurrent sessions. */
    private void lockForInserts(PostgresTable table) {
        if (table.isKeyUnjudged() && lockedForInserts.add(table.oid())) {
            sql.execute("LOCK TABLE " + table.rows() + " IN SHARE ROW EXCLUSIVE MODE");
        }
    }

    private static RowKey key(TableShape shape, ResultSet row) throws SQLException {
        String[] values = new String[shape.key().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.getString(i + 1);
        }
        return RowKey.of(shape.table(), values);
    }

    /** Reads the rows of these keys; large ones only when it is known that there is memory for them. */
    Found select(PostgresTable table, TableShape shape, boolean forUpdate, List<RowKey> keys)
            throws SQLException, ApplyFailure {
        Found all = new Found();
        List<RowKey> large = new ArrayList<>();
        inParts(
                keys,
                key -> key,
                table.partitioning().rowsMax(),
                (part, start) -> read(table, shape, statements.apply(table).select(forUpdate), part, all, large));
        PostgresLargeRows sized = new PostgresLargeRows(table, rowBytesMax);
        inParts(large, key -> key, table.partitioning().rowsMax(), (part, start) -> {
            try (ResultSet sizes = byKey(table, statements.apply(table).sizes(), part)) {
                while (sizes.next()) {
                    sized.add(part.get(sizes.getInt(2)), sizes.getLong(1));
                }
            }
        });
        inParts(
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

    private ResultSet byKey(PostgresTable table, String select, List<RowKey> keys) {
        List<Object> binds = PostgresBinds.keys(table.key(), keys);
        binds.addAll(partitions(table, keys));
        return sql(table).resultQuery(select, binds.toArray()).fetchResultSet();
    }

    /** Deletes the rows of these keys; returns how many there were. */
    int delete(PostgresTable table, List<RowKey> keys) throws SQLException, ApplyFailure {
        int[] deleted = {0};
        inParts(keys, key -> key, table.partitioning().rowsMax(), (part, start) -> {
            List<Object> binds = PostgresBinds.keys(table.key(), part);
            binds.addAll(partitions(table, part));
            deleted[0] += sql(table).execute(statements.apply(table).deleteByKey(), binds.toArray());
        });
        return deleted[0];
    }

    /** Writes rows, whether they are there or not; returns whether each was written. */
    boolean write(PostgresTable table, TableShape shape, List<RowImage> rows) throws SQLException, ApplyFailure {
        if (table.canMerge()) {
            int[] written = {0};
            inParts(
                    rows,
                    RowImage::key,
                    Integer.MAX_VALUE,
                    (all, start) -> written[0] = sql.execute(
                            statements.apply(table).upsert(),
                            PostgresBinds.images(table.all(), all).toArray()));
            return written[0] == rows.size();
        }
        List<RowImage> absent = new ArrayList<>();
        inParts(rows, RowImage::key, table.partitioning().rowsMax(), (part, start) -> {
            BitSet missed = all(part.size());
            List<Object> binds = prune(table, PostgresBinds.images(table.all(), part), part);
            clear(missed, 0, table, statements.apply(table).overwrite(), binds);
            missed.stream().mapToObj(part::get).forEach(absent::add);
        });
        return absent.isEmpty() || insertIfAbsent(table, shape, absent).isEmpty();
    }
}
