package io.gemel.apply.postgres;

import static io.gemel.apply.postgres.PostgresWork.run;

import io.gemel.apply.postgres.PostgresRowReader.Found;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.TargetRows;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows of a PostgreSQL database, in one transaction on the applier's connection. */
final class PostgresTargetRows implements TargetRows {
    /** Times that a row may be neither found nor free to insert: another session inserts and deletes it in turn, or something hides it. */
    private static final int LOCK_ROUNDS_MAX = 3;

    private final PostgresSession sql;
    private final PostgresRowReader rowReader;
    private final PostgresRowWriter rowWriter;
    private final PostgresCatalog catalog;
    private final PostgresUniqueKeys uniqueKeys;
    private final PostgresForeignKeys foreignKeys;
    private final PostgresWholeTables whole;
    private final WriterHorizon writers;
    private final long id;
    private final PostgresDeferredKeys deferred;
    private final Map<RowKey, RowImage> placeholders = new HashMap<>(); // what lock inserted

    /** @param id of the transaction, 64 bits wide */
    PostgresTargetRows(PostgresSession sql, PostgresCatalog catalog, WriterHorizon writers, long id) {
        this.sql = sql;
        StatementParts parts = new StatementParts(sql, catalog.rowsAtWork());
        rowReader = new PostgresRowReader(parts, catalog::statements, catalog.rowBytesMax());
        rowWriter = new PostgresRowWriter(sql, parts, catalog::statements);
        this.catalog = catalog;
        uniqueKeys = catalog.uniqueKeys();
        foreignKeys = catalog.foreignKeys();
        whole = new PostgresWholeTables(sql);
        this.writers = writers;
        this.id = id;
        deferred = new PostgresDeferredKeys(sql, uniqueKeys);
    }

    private PostgresTable table(TableShape shape) throws ApplyFailure {
        return catalog.table(sql, shape);
    }

    @Override
    public BitSet updateIfSettled(TableShape shape, List<Pair> rows) throws ApplyFailure {
        PostgresTable table = table(shape);
        List<Integer> changed = rows.get(0).after().changedSince(rows.get(0).before());
        if (!table.canUpdate(changed)) {
            BitSet all = new BitSet(rows.size());
            all.set(0, rows.size());
            return all;
        }
        deferred.written(table, rows.stream().map(Pair::after).toList());
        return run(() -> rowWriter.update(table, rows, changed, settled()));
    }

    @Override
    public BitSet deleteIfSettled(TableShape shape, List<RowImage> rows) throws ApplyFailure {
        if (rows.isEmpty()) {
            return new BitSet();
        }
        PostgresTable table = table(shape);
        deferred.deleted(rows.stream().map(RowImage::key).toList());
        return run(() -> rowWriter.delete(table, rows, settled()));
    }

    private List<Object> settled() {
        return List.of(writers.leastAge(id), writers.ownIds(id));
    }

    @Override
    public BitSet insertIfAbsent(TableShape shape, List<RowImage> rows) throws ApplyFailure {
        if (rows.isEmpty()) {
            return new BitSet();
        }
        PostgresTable table = table(shape);
        deferred.written(table, rows);
        return run(() -> rowWriter.insertIfAbsent(table, shape, rows));
    }

    @Override
    public Map<RowKey, @Nullable RowImage> lock(TableShape shape, List<RowImage> samples) throws ApplyFailure {
        PostgresTable table = table(shape);
        Map<RowKey, @Nullable RowImage> rows = new LinkedHashMap<>();
        List<RowImage> open = samples;
        for (int round = 0; round < LOCK_ROUNDS_MAX && !open.isEmpty(); round++) {
            open = lock(table, shape, open, rows);
        }
        if (!open.isEmpty()) {
            throw PostgresUnwritten.why(sql, table, open.get(0).key(), null);
        }
        return rows;
    }

    /** Locks those that it can, and returns the others: they were neither found nor could be inserted. */
    private List<RowImage> lock(
            PostgresTable table, TableShape shape, List<RowImage> open, Map<RowKey, @Nullable RowImage> rows)
            throws ApplyFailure {
        Found found =
                select(table, shape, true, open.stream().map(RowImage::key).toList());
        rows.putAll(found.rows());
        List<RowImage> absent = open.stream()
                .filter(sample -> !found.rows().containsKey(sample.key()))
                .toList();
        BitSet present = insertIfAbsent(shape, absent);
        List<RowImage> raced = new ArrayList<>();
        for (int i = 0; i < absent.size(); i++) {
            RowImage sample = absent.get(i);
            if (!present.get(i)) {
                rows.put(sample.key(), null);
                placeholders.put(sample.key(), sample);
            } else if (found.equal().containsKey(sample.key())) {
                rows.put(sample.key(), null); // the row that has its place is locked
            } else {
                raced.add(sample);
            }
        }
        return raced;
    }

    @Override
    public Map<RowKey, @Nullable RowImage> read(TableShape shape, Set<RowKey> keys) throws ApplyFailure {
        Map<RowKey, @Nullable RowImage> rows = new HashMap<>(
                select(table(shape), shape, false, List.copyOf(keys)).rows());
        return rows;
    }

    private Found select(PostgresTable table, TableShape shape, boolean forUpdate, List<RowKey> keys)
            throws ApplyFailure {
        return run(() -> rowReader.select(table, shape, forUpdate, keys));
    }

    @Override
    public Map<RowKey, RowImage> takeOut(TableShape shape, Set<RowKey> keys) throws ApplyFailure {
        if (keys.isEmpty()) {
            return Map.of();
        }
        PostgresTable table = table(shape);
        Map<RowKey, RowImage> present =
                select(table, shape, true, List.copyOf(keys)).rows();
        delete(table, shape, List.copyOf(present.keySet()));
        return present;
    }

    @Override
    public void holdAbsent(RowImage sample) throws ApplyFailure {
        PostgresTable table = table(sample.shape());
        if (!insertIfAbsent(sample.shape(), List.of(sample)).isEmpty()) {
            Found found = select(table, sample.shape(), false, List.of(sample.key()));
            throw PostgresUnwritten.why(sql, table, sample.key(), found.equal().get(sample.key()));
        }
        delete(table, sample.shape(), List.of(sample.key()));
    }

    private void delete(PostgresTable table, TableShape shape, List<RowKey> keys) throws ApplyFailure {
        deferred.deleted(keys);
        keys.forEach(placeholders::remove);
        if (keys.isEmpty() || run(() -> rowWriter.delete(table, keys)) == keys.size()) {
            return;
        }
        for (RowKey left : select(table, shape, false, keys).rows().keySet()) {
            throw PostgresUnwritten.why(sql, table, left, null);
        }
    }

    @Override
    public List<Collision> collisions(TableShape shape, List<RowImage> images) throws ApplyFailure {
        PostgresTable table = table(shape);
        return run(() -> uniqueKeys.collisions(sql, table, shape, images));
    }

    @Override
    public void write(TableShape shape, Map<RowKey, @Nullable RowImage> outcomes) throws ApplyFailure {
        PostgresTable table = table(shape);
        List<RowKey> gone = new ArrayList<>();
        Map<TableShape, List<RowImage>> live = new LinkedHashMap<>();
        outcomes.forEach((key, image) -> {
            RowImage placeholder = placeholders.remove(key);
            if (image == null) {
                gone.add(key);
            } else if (!image.equals(placeholder)) {
                live.computeIfAbsent(image.shape(), any -> new ArrayList<>()).add(image);
            }
        });
        if (!table.canOverwrite()) {
            live.values().forEach(images -> images.forEach(image -> gone.add(image.key())));
        }
        delete(table, shape, gone);
        for (Map.Entry<TableShape, List<RowImage>> each : live.entrySet()) {
            write(each.getKey(), each.getValue());
        }
    }

    private void write(TableShape shape, List<RowImage> images) throws ApplyFailure {
        PostgresTable table = table(shape);
        deferred.written(table, images);
        if (run(() -> rowWriter.write(table, shape, images))) {
            return;
        }
        Found found =
                select(table, shape, false, images.stream().map(RowImage::key).toList());
        for (RowImage image : images) {
            if (!image.equals(found.rows().get(image.key()))) {
                throw PostgresUnwritten.why(
                        sql, table, image.key(), found.equal().get(image.key()));
            }
        }
    }

    @Override
    public void lockAgainstWriters(TableShape shape) throws ApplyFailure {
        String rows = table(shape).rows();
        run(() -> sql.execute("LOCK TABLE " + rows + " IN SHARE ROW EXCLUSIVE MODE"));
    }

    @Override
    public void lockTable(TableShape shape) throws ApplyFailure {
        String rows = table(shape).rows();
        run(() -> sql.execute("LOCK TABLE " + rows + " IN ACCESS EXCLUSIVE MODE"));
    }

    @Override
    public void clear(TableShape shape, Set<RowKey> except) throws ApplyFailure {
        PostgresTable table = table(shape);
        // TRUNCATE refuses a table that a foreign key refers to, although nothing is checked in this session.
        if (except.isEmpty() && !table.referenced()) {
            run(() -> sql.execute("TRUNCATE " + table.rows()));
        } else {
            whole.deleteExcept(catalog.statements(table).deleteExcept(), table, except);
        }
    }

    @Override
    public boolean isReferredTo(TableShape shape) throws ApplyFailure {
        PostgresTable table = table(shape);
        return table.referenced() && run(() -> foreignKeys.referTo(sql, table, shape));
    }

    @Override
    public List<Orphan> orphans(TableShape shape, List<RowImage> gone, long bytesMax) throws ApplyFailure {
        PostgresTable table = table(shape);
        return whole.through(() -> foreignKeys.orphans(sql, table, shape, gone, bytesMax));
    }

    @Override
    public BitSet referredTo(TableShape shape, List<RowImage> gone) throws ApplyFailure {
        PostgresTable table = table(shape);
        return whole.through(() -> foreignKeys.referredTo(sql, table, shape, gone));
    }

    @Override
    public List<Dangling> dangling(TableShape shape, List<RowKey> keys) throws ApplyFailure {
        PostgresTable table = table(shape);
        return whole.through(() -> foreignKeys.dangling(sql, table, shape, keys));
    }

    @Override
    public void forEach(TableShape shape, RowsConsumer consumer) throws ApplyFailure {
        whole.forEach(catalog.statements(table(shape)).selectAll(), shape, consumer);
    }

    @Override
    public void checkDeferred() throws ApplyFailure {
        deferred.check();
    }
}
