package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.TargetRows.Pair;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Writes any number of rows of a table. One database transaction; applying thread only. */
final class PostgresRowWriter {
    /** Rows of a statement whose values come in two functions: PostgreSQL compares each of one with each of the other. */
    private static final int SPLIT_ROWS_MAX = 100;

    private final PostgresSession sql;
    private final StatementParts parts;
    private final Function<PostgresTable, PostgresStatements> statements;
    private final Set<Long> lockedForInserts = new HashSet<>();

    /** @param statements of a table */
    PostgresRowWriter(
            PostgresSession sql, StatementParts parts, Function<PostgresTable, PostgresStatements> statements) {
        this.sql = sql;
        this.parts = parts;
        this.statements = statements;
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
        parts.run(rows, pair -> pair.after().key(), rowsMax, (part, start) -> {
            List<RowImage> before = part.stream().map(Pair::before).toList();
            List<Object> binds = PostgresBinds.images(table.all(), before);
            if (splits) {
                binds.add(PostgresBinds.ordinals(part.size()));
            }
            List<RowImage> after = part.stream().map(Pair::after).toList();
            changed.forEach(column -> binds.add(PostgresBinds.column(after, column)));
            binds.addAll(settled);
            clear(missed, start, table, statements.apply(table).update(changed), parts.prune(table, binds, before));
        });
        return missed;
    }

    /** As {@link #update}. */
    BitSet delete(PostgresTable table, List<RowImage> rows, List<Object> settled) throws SQLException, ApplyFailure {
        BitSet missed = all(rows.size());
        parts.run(rows, RowImage::key, table.partitioning().rowsMax(), (part, start) -> {
            List<Object> binds = PostgresBinds.images(table.all(), part);
            binds.addAll(settled);
            clear(missed, start, table, statements.apply(table).delete(), parts.prune(table, binds, part));
        });
        return missed;
    }

    private static BitSet all(int rows) {
        BitSet all = new BitSet(rows);
        all.set(0, rows);
        return all;
    }

    private void clear(BitSet missed, int start, PostgresTable table, String statement, List<Object> binds)
            throws SQLException {
        try (ResultSet written = parts.sql(table).query(statement, binds.toArray())) {
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
        parts.run(rows, RowImage::key, rowsMax, (part, start) -> {
            List<Object> binds = PostgresBinds.images(table.all(), part);
            if (!table.canMerge()) {
                parts.prune(table, binds, part);
            }
            Set<RowKey> inserted = new HashSet<>();
            try (ResultSet written = (table.canMerge() ? sql : parts.sql(table))
                    .query(statements.apply(table).insertIfAbsent(), binds.toArray())) {
                while (written.next()) {
                    inserted.add(PostgresRows.key(shape, written));
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
    private void lockForInserts(PostgresTable table) throws SQLException {
        if (table.isKeyUnjudged() && lockedForInserts.add(table.oid())) {
            sql.execute("LOCK TABLE " + table.rows() + " IN SHARE ROW EXCLUSIVE MODE");
        }
    }

    /** Deletes the rows of these keys; returns how many there were. */
    int delete(PostgresTable table, List<RowKey> keys) throws SQLException, ApplyFailure {
        int[] deleted = {0};
        parts.run(keys, key -> key, table.partitioning().rowsMax(), (part, start) -> {
            List<Object> binds = PostgresBinds.keys(table.key(), part);
            binds.addAll(parts.partitions(table, part));
            deleted[0] += parts.sql(table).execute(statements.apply(table).deleteByKey(), binds.toArray());
        });
        return deleted[0];
    }

    /** Writes rows, whether they are there or not; returns whether each was written. */
    boolean write(PostgresTable table, TableShape shape, List<RowImage> rows) throws SQLException, ApplyFailure {
        if (table.canMerge()) {
            int[] written = {0};
            parts.run(
                    rows,
                    RowImage::key,
                    Integer.MAX_VALUE,
                    (all, start) -> written[0] += sql.execute(
                            statements.apply(table).upsert(),
                            PostgresBinds.images(table.all(), all).toArray()));
            return written[0] == rows.size();
        }
        List<RowImage> absent = new ArrayList<>();
        parts.run(rows, RowImage::key, table.partitioning().rowsMax(), (part, start) -> {
            BitSet missed = all(part.size());
            List<Object> binds = parts.prune(table, PostgresBinds.images(table.all(), part), part);
            clear(missed, 0, table, statements.apply(table).overwrite(), binds);
            missed.stream().mapToObj(part::get).forEach(absent::add);
        });
        return absent.isEmpty() || insertIfAbsent(table, shape, absent).isEmpty();
    }
}
