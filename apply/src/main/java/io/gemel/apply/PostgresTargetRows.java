package io.gemel.apply;

import static io.gemel.apply.PostgresWork.run;

import io.gemel.apply.ApplyFailure.Kind;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
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
import org.jspecify.annotations.Nullable;

/** The rows of a PostgreSQL database, in one transaction on the applier's connection. */
final class PostgresTargetRows implements TargetRows {
    private final DSLContext sql;
    private final TableCatalog catalog;
    private final PostgresUniqueKeys uniqueKeys;
    private final PostgresForeignKeys foreignKeys;
    private final WriterHorizon writers;
    private final long id;
    private final PostgresDeferredKeys deferred;
    private final Map<RowKey, RowImage> placeholders = new HashMap<>(); // what lock inserted

    /** Reads a table's place in the local catalog, from memory when it is known. */
    @FunctionalInterface
    interface TableCatalog {
        PostgresTable table(TableShape shape) throws ApplyFailure;
    }

    /** @param id of the transaction, 64 bits wide */
    PostgresTargetRows(
            DSLContext sql,
            TableCatalog catalog,
            PostgresUniqueKeys uniqueKeys,
            PostgresForeignKeys foreignKeys,
            WriterHorizon writers,
            long id) {
        this.sql = sql;
        this.catalog = catalog;
        this.uniqueKeys = uniqueKeys;
        this.foreignKeys = foreignKeys;
        this.writers = writers;
        this.id = id;
        deferred = new PostgresDeferredKeys(sql, uniqueKeys);
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
        binds.add(PostgresBinds.ordinals(rows.size()));
        table.all()
                .forEach(column ->
                        binds.add(ArrayLiteral.of(rows, row -> row.before().value(column))));
        changed.forEach(
                column -> binds.add(ArrayLiteral.of(rows, row -> row.after().value(column))));
        deferred.written(table, rows.stream().map(Pair::after).toList());
        return missed(table.update(changed), binds, rows.size());
    }

    @Override
    public BitSet deleteIfSettled(TableShape shape, List<RowImage> rows) throws ApplyFailure {
        if (rows.isEmpty()) {
            return new BitSet();
        }
        PostgresTable table = catalog.table(shape);
        deferred.deleted(rows.stream().map(RowImage::key).toList());
        return missed(table.delete(), PostgresBinds.images(table.all(), rows), rows.size());
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
        deferred.written(table, rows);
        return run(() -> {
            Set<RowKey> inserted = new HashSet<>();
            try (ResultSet written = sql.resultQuery(
                            table.insertIfAbsent(),
                            PostgresBinds.images(table.all(), rows).toArray())
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
                    placeholders.put(absent.get(i).key(), absent.get(i));
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
                            PostgresBinds.keys(table.key(), keys).toArray())
                    .fetchResultSet()) {
                while (found.next()) {
                    RowImage image = PostgresBinds.image(shape, found);
                    rows.put(image.key(), image);
                }
            }
            return rows;
        });
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
        deferred.deleted(keys);
        keys.forEach(placeholders::remove);
        if (!keys.isEmpty()) {
            run(() -> sql.execute(
                    table.deleteByKey(), PostgresBinds.keys(table.key(), keys).toArray()));
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
        delete(table, gone);
        for (Map.Entry<TableShape, List<RowImage>> each : live.entrySet()) {
            PostgresTable target = catalog.table(each.getKey());
            deferred.written(target, each.getValue());
            run(() -> sql.execute(
                    target.upsert(),
                    PostgresBinds.images(target.all(), each.getValue()).toArray()));
        }
    }

    @Override
    public void lockAgainstWriters(TableShape shape) throws ApplyFailure {
        String name = catalog.table(shape).name();
        run(() -> sql.execute("LOCK TABLE " + name + " IN SHARE ROW EXCLUSIVE MODE"));
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
                    PostgresBinds.keys(table.key(), List.copyOf(except)).toArray()));
        }
    }

    @Override
    public boolean isReferredTo(TableShape shape) throws ApplyFailure {
        PostgresTable table = catalog.table(shape);
        return table.referenced() && run(() -> foreignKeys.referTo(sql, table, shape));
    }

    @Override
    public List<Orphan> orphans(TableShape shape, List<RowImage> gone) throws ApplyFailure {
        PostgresTable table = catalog.table(shape);
        return run(() -> foreignKeys.orphans(sql, table, shape, gone));
    }

    @Override
    public List<Dangling> dangling(TableShape shape, List<RowKey> keys) throws ApplyFailure {
        PostgresTable table = catalog.table(shape);
        return run(() -> foreignKeys.dangling(sql, table, shape, keys));
    }

    @Override
    public void checkDeferred() throws ApplyFailure {
        deferred.check();
    }
}
