package io.gemel.apply.simulation;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.TargetRows;
import io.gemel.apply.target.UniqueKey;
import io.gemel.conflict.SubmissionLedger;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows of a simulated database in one transaction of the applier: what it has written, over what is committed. */
final class SimulatedRows implements TargetRows {
    private static final UniqueKey UNIQUE = new UniqueKey("u", List.of(Item.U), Item.U);

    /** The turn passes before a statement. */
    @FunctionalInterface
    interface Statement {
        void begins() throws ApplyFailure;
    }

    /** Says whether the last writer of a committed row is accounted for. */
    @FunctionalInterface
    interface Settled {
        boolean isSettled(SimulatedDatabase.Row row, RowImage before);
    }

    private final Configuration configuration;
    private final SimulatedDatabase database;
    private final Statement statement;
    private final Settled settled;
    private final HeldLocks locks;
    private final WrittenRows rows;

    SimulatedRows(
            Configuration configuration,
            SimulatedDatabase database,
            Statement statement,
            Settled settled,
            HeldLocks locks) {
        this.configuration = configuration;
        this.database = database;
        rows = new WrittenRows(configuration, database);
        this.statement = statement;
        this.settled = settled;
        this.locks = locks;
    }

    /** The rows as this transaction sees them. */
    WrittenRows written() {
        return rows;
    }

    /** Is the row exactly so, and written by someone that is accounted for? */
    private boolean isSettled(RowImage before) {
        RowKey key = before.key();
        if (!before.equals(rows.row(key))) {
            return false;
        }
        SimulatedDatabase.Row committed = database.row(key);
        return rows.has(key) || committed == null || settled.isSettled(committed, before);
    }

    @Override
    public BitSet updateIfSettled(TableShape shape, List<Pair> pairs) throws ApplyFailure {
        statement.begins();
        BitSet missed = new BitSet();
        for (int i = 0; i < pairs.size(); i++) {
            Pair pair = pairs.get(i);
            if (isSettled(pair.before())) {
                locks.row(pair.before().key());
                rows.put(pair.after());
            } else {
                missed.set(i);
            }
        }
        return missed;
    }

    @Override
    public BitSet deleteIfSettled(TableShape shape, List<RowImage> images) throws ApplyFailure {
        BitSet missed = new BitSet();
        if (images.isEmpty()) {
            return missed;
        }
        statement.begins();
        for (int i = 0; i < images.size(); i++) {
            if (isSettled(images.get(i))) {
                locks.key(images.get(i).key());
                rows.remove(images.get(i).key());
            } else {
                missed.set(i);
            }
        }
        return missed;
    }

    @Override
    public BitSet insertIfAbsent(TableShape shape, List<RowImage> images) throws ApplyFailure {
        BitSet present = new BitSet();
        if (images.isEmpty()) {
            return present;
        }
        statement.begins();
        for (int i = 0; i < images.size(); i++) {
            if (rows.row(images.get(i).key()) == null) {
                locks.key(images.get(i).key());
                rows.put(images.get(i));
            } else {
                present.set(i);
            }
        }
        return present;
    }

    @Override
    public Map<RowKey, @Nullable RowImage> lock(TableShape shape, List<RowImage> samples) throws ApplyFailure {
        statement.begins();
        Map<RowKey, @Nullable RowImage> found = new LinkedHashMap<>();
        for (RowImage sample : samples) {
            RowKey key = sample.key();
            RowImage row = rows.row(key);
            found.put(key, row);
            locks.key(key);
            if (row == null) {
                rows.hold(sample);
            }
        }
        return found;
    }

    @Override
    public Map<RowKey, @Nullable RowImage> read(TableShape shape, Set<RowKey> keys) throws ApplyFailure {
        statement.begins();
        Map<RowKey, @Nullable RowImage> found = new HashMap<>();
        keys.forEach(key -> found.put(key, rows.row(key)));
        return found;
    }

    @Override
    public void write(TableShape shape, Map<RowKey, @Nullable RowImage> outcomes) throws ApplyFailure {
        statement.begins();
        List<RowImage> live = new ArrayList<>();
        outcomes.forEach((key, image) -> {
            RowImage placeholder = rows.release(key);
            if (image == null) {
                rows.remove(key);
            } else if (!image.equals(placeholder)) {
                live.add(image);
            }
        });
        for (RowImage image : live) {
            rows.put(image);
        }
    }

    @Override
    public Map<RowKey, RowImage> takeOut(TableShape shape, Set<RowKey> keys) throws ApplyFailure {
        Map<RowKey, RowImage> taken = new HashMap<>();
        if (keys.isEmpty()) {
            return taken;
        }
        statement.begins();
        for (RowKey key : keys) {
            RowImage row = rows.row(key);
            if (row != null) {
                locks.key(key);
                rows.remove(key);
                taken.put(key, row);
            }
        }
        return taken;
    }

    @Override
    public void holdAbsent(RowImage sample) throws ApplyFailure {
        statement.begins();
        if (rows.row(sample.key()) != null) {
            throw new ApplyFailure(Kind.RETRY, "there is a row " + sample.key() + " by now");
        }
        rows.put(sample);
        locks.key(sample.key());
        rows.remove(sample.key());
    }

    @Override
    public List<Collision> collisions(TableShape shape, List<RowImage> images) throws ApplyFailure {
        statement.begins();
        List<Collision> collisions = new ArrayList<>();
        for (RowImage image : images) {
            rows.colliding(image).forEach(other -> collisions.add(new Collision(UNIQUE, other)));
        }
        return collisions;
    }

    @Override
    public boolean isReferredTo(TableShape shape) {
        return configuration.linked() && !shape.table().equals(SubmissionLedger.TABLE);
    }

    @Override
    public List<Orphan> orphans(TableShape shape, List<RowImage> gone, long bytesMax) throws ApplyFailure {
        statement.begins();
        List<Orphan> orphans = new ArrayList<>();
        for (RowImage parent : gone) {
            for (RowImage child : rows.children(parent)) {
                locks.key(child.key());
                orphans.add(new Orphan(child, List.of(Item.U), parent));
            }
        }
        return orphans;
    }

    @Override
    public BitSet referredTo(TableShape shape, List<RowImage> gone) throws ApplyFailure {
        statement.begins();
        BitSet referredTo = new BitSet();
        for (int i = 0; i < gone.size(); i++) {
            referredTo.set(i, !rows.children(gone.get(i)).isEmpty());
        }
        return referredTo;
    }

    @Override
    public List<Dangling> dangling(TableShape shape, List<RowKey> keys) throws ApplyFailure {
        List<Dangling> dangling = new ArrayList<>();
        if (!configuration.linked() || keys.isEmpty()) {
            return dangling;
        }
        statement.begins();
        for (RowKey key : keys) {
            RowImage row = rows.row(key);
            String referred = row == null ? null : Item.unique(row);
            if (referred == null) {
                continue;
            }
            if (rows.row(Item.key(referred)) == null) {
                dangling.add(new Dangling(Objects.requireNonNull(row), List.of(Item.U)));
            } else {
                locks.referred(Item.key(referred));
            }
        }
        return dangling;
    }

    @Override
    public void lockAgainstWriters(TableShape shape) throws ApplyFailure {
        lockTable(shape);
    }

    @Override
    public void lockTable(TableShape shape) throws ApplyFailure {
        statement.begins();
        locks.table(shape.table());
    }

    @Override
    public void clear(TableShape shape, Set<RowKey> except) throws ApplyFailure {
        statement.begins();
        Set<RowKey> gone = rows.keys(shape);
        gone.removeAll(except);
        gone.forEach(rows::remove);
    }

    @Override
    public void forEach(TableShape shape, RowsConsumer consumer) {
        throw new UnsupportedOperationException("only for parked transactions");
    }

    @Override
    public void checkDeferred() {
        // the unique key of the simulated table is judged at once
    }
}
