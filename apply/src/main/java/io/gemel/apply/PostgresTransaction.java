package io.gemel.apply;

import io.gemel.apply.ApplyFailure.Kind;
import io.gemel.conflict.WindowEntry;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.sql.Connection;
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
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** A transaction on the applier's connection to PostgreSQL. */
final class PostgresTransaction implements TargetTransaction {
    private final Connection connection;
    private final DSLContext sql;
    private final TableCatalog catalog;
    private final PostgresUniqueKeys uniqueKeys;
    private final WriterHorizon writers;
    private final PostgresConflicts conflicts;
    private final long id;
    private boolean open = true;
    private boolean corrects;

    /** Reads a table's place in the local catalog, from memory when it is known. */
    @FunctionalInterface
    interface TableCatalog {
        PostgresTable table(TableShape shape) throws ApplyFailure;
    }

    /** A piece of work against the database. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T run() throws SQLException, ApplyFailure;
    }

    /**
     * Takes over a connection on which the marker was just written.
     *
     * @param id 64-bit transaction id
     */
    PostgresTransaction(
            Connection connection,
            DSLContext sql,
            TableCatalog catalog,
            PostgresUniqueKeys uniqueKeys,
            WriterHorizon writers,
            long id) {
        this.connection = connection;
        this.sql = sql;
        this.catalog = catalog;
        this.uniqueKeys = uniqueKeys;
        this.writers = writers;
        conflicts = new PostgresConflicts(connection);
        this.id = id;
    }

    static <T extends @Nullable Object> T run(Work<T> work) throws ApplyFailure {
        try {
            return work.run();
        } catch (SQLException | DataAccessException e) {
            throw FailureClassifier.classify(e);
        }
    }

    @Override
    public BitSet updateIfSettled(TableShape shape, List<Pair> rows) throws ApplyFailure {
        PostgresTable table = catalog.table(shape);
        List<Integer> changed = rows.get(0).after().changedSince(rows.get(0).before());
        if (!table.canUpdate(changed)) {
            BitSet all = new BitSet(rows.size());
            all.set(0, rows.size());
            return all;
        }
        List<Object> binds = new ArrayList<>();
        binds.add(RowBinds.ordinals(rows.size()));
        table.all()
                .forEach(column ->
                        binds.add(ArrayLiteral.of(rows, row -> row.before().value(column))));
        changed.forEach(
                column -> binds.add(ArrayLiteral.of(rows, row -> row.after().value(column))));
        return missed(table.update(changed), binds, rows.size());
    }

    @Override
    public BitSet deleteIfSettled(TableShape shape, List<RowImage> rows) throws ApplyFailure {
        if (rows.isEmpty()) {
            return new BitSet();
        }
        PostgresTable table = catalog.table(shape);
        return missed(table.delete(), RowBinds.images(table.all(), rows), rows.size());
    }

    private BitSet missed(String statement, List<Object> binds, int rows) throws ApplyFailure {
        binds.add(writers.leastAge(id));
        binds.add(writers.ownIds(id));
        return run(() -> {
            BitSet missed = new BitSet(rows);
            missed.set(0, rows);
            try (ResultSet written = sql.resultQuery(statement, binds.toArray()).fetchResultSet()) {
                while (written.next()) {
                    missed.clear(written.getInt(1));
                }
            }
            return missed;
        });
    }

    @Override
    public BitSet insertIfAbsent(TableShape shape, List<RowImage> rows) throws ApplyFailure {
        if (rows.isEmpty()) {
            return new BitSet();
        }
        PostgresTable table = catalog.table(shape);
        return run(() -> {
            Set<RowKey> inserted = new HashSet<>();
            try (ResultSet written = sql.resultQuery(
                            table.insertIfAbsent(),
                            RowBinds.images(table.all(), rows).toArray())
                    .fetchResultSet()) {
                int count = 0;
                while (written.next()) {
                    count++;
                    inserted.add(key(shape, written));
                }
                if (count == rows.size()) {
                    return new BitSet();
                }
            }
            BitSet present = new BitSet(rows.size());
            IntStream.range(0, rows.size())
                    .filter(i -> !inserted.contains(rows.get(i).key()))
                    .forEach(present::set);
            return present;
        });
    }

    private static RowKey key(TableShape shape, ResultSet row) throws SQLException {
        String[] values = new String[shape.key().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.getString(i + 1);
        }
        return RowKey.of(shape.table(), values);
    }

    @Override
    public Map<RowKey, @Nullable RowImage> lock(TableShape shape, List<RowImage> samples) throws ApplyFailure {
        PostgresTable table = catalog.table(shape);
        Map<RowKey, @Nullable RowImage> rows = new LinkedHashMap<>();
        List<RowImage> open = samples;
        while (!open.isEmpty()) {
            Map<RowKey, RowImage> present =
                    select(table, shape, true, open.stream().map(RowImage::key).toList());
            rows.putAll(present);
            List<RowImage> absent = open.stream()
                    .filter(sample -> !present.containsKey(sample.key()))
                    .toList();
            BitSet raced = insertIfAbsent(shape, absent);
            for (int i = 0; i < absent.size(); i++) {
                if (!raced.get(i)) {
                    rows.put(absent.get(i).key(), null);
                }
            }
            open = raced.stream().mapToObj(absent::get).toList();
        }
        return rows;
    }

    @Override
    public Map<RowKey, @Nullable RowImage> read(TableShape shape, Set<RowKey> keys) throws ApplyFailure {
        Map<RowKey, @Nullable RowImage> rows =
                new HashMap<>(select(catalog.table(shape), shape, false, List.copyOf(keys)));
        return rows;
    }

    private Map<RowKey, RowImage> select(PostgresTable table, TableShape shape, boolean forUpdate, List<RowKey> keys)
            throws ApplyFailure {
        Map<RowKey, RowImage> rows = new LinkedHashMap<>();
        if (keys.isEmpty()) {
            return rows;
        }
        return run(() -> {
            try (ResultSet found = sql.resultQuery(
                            table.select(forUpdate),
                            RowBinds.keys(table.key(), keys).toArray())
                    .fetchResultSet()) {
                while (found.next()) {
                    RowImage image = image(shape, found);
                    rows.put(image.key(), image);
                }
            }
            return rows;
        });
    }

    @SuppressWarnings("NullAway") // does not see across modules that an image's values may be null
    private static RowImage image(TableShape shape, ResultSet row) throws SQLException {
        @Nullable String[] values = new @Nullable String[shape.columns().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.getString(i + 1);
        }
        return RowImage.owning(shape, values);
    }

    @Override
    public Map<RowKey, RowImage> takeOut(TableShape shape, Set<RowKey> keys) throws ApplyFailure {
        if (keys.isEmpty()) {
            return Map.of();
        }
        PostgresTable table = catalog.table(shape);
        Map<RowKey, RowImage> present = select(table, shape, true, List.copyOf(keys));
        delete(table, List.copyOf(present.keySet()));
        return present;
    }

    @Override
    public void holdAbsent(RowImage sample) throws ApplyFailure {
        if (!insertIfAbsent(sample.shape(), List.of(sample)).isEmpty()) {
            throw new ApplyFailure(Kind.RETRY, "row " + sample.key() + " was just inserted by another session");
        }
        delete(catalog.table(sample.shape()), List.of(sample.key()));
    }

    private void delete(PostgresTable table, List<RowKey> keys) throws ApplyFailure {
        if (!keys.isEmpty()) {
            run(() -> sql.execute(
                    table.deleteByKey(), RowBinds.keys(table.key(), keys).toArray()));
        }
    }

    @Override
    public List<Collision> collisions(TableShape shape, List<RowImage> images) throws ApplyFailure {
        PostgresTable table = catalog.table(shape);
        return run(() -> uniqueKeys.collisions(sql, table, shape, images));
    }

    @Override
    public void write(TableShape shape, Map<RowKey, @Nullable RowImage> outcomes) throws ApplyFailure {
        PostgresTable table = catalog.table(shape);
        List<RowKey> gone = new ArrayList<>();
        Map<TableShape, List<RowImage>> live = new LinkedHashMap<>();
        outcomes.forEach((key, image) -> {
            if (image == null) {
                gone.add(key);
            } else {
                live.computeIfAbsent(image.shape(), any -> new ArrayList<>()).add(image);
            }
        });
        if (!table.canOverwrite()) {
            live.values().forEach(images -> images.forEach(image -> gone.add(image.key())));
        }
        delete(table, gone);
        for (Map.Entry<TableShape, List<RowImage>> each : live.entrySet()) {
            PostgresTable target = catalog.table(each.getKey());
            run(() -> sql.execute(
                    target.upsert(),
                    RowBinds.images(target.all(), each.getValue()).toArray()));
        }
    }

    @Override
    public void lockTable(TableShape shape) throws ApplyFailure {
        String name = catalog.table(shape).name();
        run(() -> sql.execute("LOCK TABLE " + name + " IN ACCESS EXCLUSIVE MODE"));
    }

    @Override
    public void clear(TableShape shape, Set<RowKey> except) throws ApplyFailure {
        PostgresTable table = catalog.table(shape);
        // TRUNCATE refuses a table that a foreign key refers to, although nothing is checked in this session.
        if (except.isEmpty() && !table.referenced()) {
            run(() -> sql.execute("TRUNCATE " + table.name()));
        } else {
            run(() -> sql.execute(
                    table.deleteExcept(),
                    RowBinds.keys(table.key(), List.copyOf(except)).toArray()));
        }
    }

    @Override
    public long unreadUpTo() throws ApplyFailure {
        return run(() -> {
            Record now =
                    sql.fetchSingle("SELECT pg_current_snapshot()::text, pg_current_wal_insert_lsn() - '0/0'::pg_lsn");
            return writers.covers(now.get(0, String.class), id) ? Long.valueOf(0) : now.get(1, Long.class);
        });
    }

    @Override
    public void emit(List<Change> corrections) throws ApplyFailure {
        corrects |= !corrections.isEmpty();
        run(() -> {
            conflicts.emit(corrections);
            return corrections;
        });
    }

    @Override
    public void journal(List<JournalEntry> entries) throws ApplyFailure {
        run(() -> {
            conflicts.journal(entries);
            return entries;
        });
    }

    @Override
    public void store(Map<RowKey, WindowEntry> entries) throws ApplyFailure {
        run(() -> {
            conflicts.store(entries);
            return entries;
        });
    }

    @Override
    public void commit() throws ApplyFailure {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw FailureClassifier.classifyCommit(e);
        }
        open = false;
        if (!corrects) { // corrected rows are local ones, until capture has read them
            writers.committed(id);
        }
    }

    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The connection is gone, and with it the transaction; the next statement on it will say so.
            return;
        }
    }
}
