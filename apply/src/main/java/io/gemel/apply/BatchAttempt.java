package io.gemel.apply;

import io.gemel.apply.BatchPlan.TableWork;
import io.gemel.apply.Strategy.Mode;
import io.gemel.apply.decide.ConflictRoom;
import io.gemel.apply.decide.DuplicateSubmissionResolver;
import io.gemel.apply.decide.LockImages;
import io.gemel.apply.decide.OrphanRepair;
import io.gemel.apply.decide.ParkingNotices;
import io.gemel.apply.decide.UniqueConflictResolver;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.TargetRows;
import io.gemel.apply.target.TargetRows.Pair;
import io.gemel.apply.target.TargetTransaction;
import io.gemel.conflict.window.WindowTransaction;
import io.gemel.reason.Advice;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableShape;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a batch: the rows of one database transaction, which is committed or rolled back elsewhere. Lock first, then look.
 *
 * <p>Most keys are written in bulk: multi-row statements that write only rows which are exactly the before image and whose last writer is
 * accounted for. What they leave untouched, and every key that the window knows a concurrent change of, is locked first: lock, wait
 * until capture has read all that was committed before, look into the window, fold. Inserted keys are locked by their insert and looked
 * up afterwards; one that is contested then is a late conflict, and has to be locked first by the next attempt.
 *
 * <p>Applying thread only.
 */
final class BatchAttempt {
    /** Changes of a transaction that are held in memory at once when some of them collide on a unique key. */
    static final int COLLIDING_CHANGES_MAX = 200_000;

    private final TargetRows target;
    private final AttemptContext context;
    private final WindowTransaction window;
    private final Strategy strategy;
    private final boolean isSingle;
    private final ConflictRoom room;
    private final DuplicateSubmissionResolver submissions;
    private final ParkingNotices notices;
    private long collectedBytes;
    private final List<StampedChange> collected = new ArrayList<>(); // to be applied as a whole
    private final UniqueConflictResolver collisions;
    private final OrphanRepair orphans;
    private boolean opened;

    /**
     * @param isSingle whether the batch is a single transaction
     * @param rowBytesMax maximum memory in bytes that the values of a changed row may take
     */
    BatchAttempt(
            TargetTransaction transaction,
            WindowTransaction window,
            AttemptContext context,
            Strategy strategy,
            boolean isSingle,
            long rowBytesMax) {
        room = new ConflictRoom(window, rowBytesMax);
        target = transaction.rows();
        this.context = context;
        orphans = new OrphanRepair(target, window, context, context.folded(), room);
        this.window = window;
        this.strategy = strategy;
        this.isSingle = isSingle;
        submissions = new DuplicateSubmissionResolver(target, window, context, room);
        collisions = new UniqueConflictResolver(target, window, context);
        notices = new ParkingNotices(transaction, window.local());
    }

    /** Applies a piece, cut where a table is emptied. */
    boolean apply(List<StampedChange> piece) throws ApplyFailure, InterruptedException {
        if (isSingle && !opened) {
            opened = true;
            withdraw(submissions.open(piece, strategy.lockFirst()::contains), piece);
        }
        if (submissions.isVoid(piece)) {
            return true;
        }
        List<StampedChange> rows = notices.take(piece);
        int start = 0;
        for (int i = 0; i <= rows.size(); i++) {
            boolean cut = i == rows.size() || rows.get(i).change() instanceof Change.Truncate;
            if (cut) {
                applyRows(rows.subList(start, i));
                start = i + 1;
            }
            if (context.hasLateConflicts()) {
                return false; // an emptied table would find rows that are not what their changes give
            }
            if (cut && i < rows.size()) {
                truncate(rows.get(i));
            }
        }
        boolean complete = !context.hasLateConflicts();
        if (complete && strategy.mode() != Mode.DEFER_UNIQUE) {
            orphans.written();
        }
        return complete;
    }

    private void withdraw(List<StampedChange> changes, List<StampedChange> piece)
            throws ApplyFailure, InterruptedException {
        if (changes.isEmpty()) {
            return;
        }
        orphans.withdrawing(piece.get(0));
        if (strategy.mode() == Mode.DEFER_UNIQUE) {
            collect(changes);
        } else {
            lockAndApply(changes);
        }
    }

    private void applyRows(List<StampedChange> changes) throws ApplyFailure, InterruptedException {
        for (StampedChange change : changes) {
            orphans.note(change);
        }
        if (strategy.mode() == Mode.DEFER_UNIQUE) {
            collect(changes);
            return;
        }
        BatchPlan plan = BatchPlan.of(changes, this::mustLockFirst);
        Set<RowKey> untouched = writeInBulk(plan.bulk());
        List<StampedChange> locked = plan.locked();
        if (!untouched.isEmpty()) {
            locked.forEach(change -> untouched.add(change.change().key()));
            locked = changes.stream()
                    .filter(change -> untouched.contains(change.change().key()))
                    .toList();
        }
        if (!locked.isEmpty()) {
            lockAndApply(locked);
        } else if (!plan.seenOfInserts().isEmpty()) {
            context.awaitCapture();
        }
        plan.seenOfInserts().forEach((key, seen) -> {
            if (!untouched.contains(key) && window.contested(key, seen)) {
                context.conflictedLate(key);
            }
        });
    }

    private boolean mustLockFirst(RowKey key, long seen) {
        return strategy.mode() == Mode.LOCK_TABLES
                || strategy.lockFirst().contains(key)
                || context.kept().contains(key)
                || window.contested(key, seen);
    }

    private void collect(List<StampedChange> changes) throws ApplyFailure {
        collectedBytes +=
                changes.stream().mapToLong(change -> change.change().memory()).sum();
        if (collected.size() + changes.size() > COLLIDING_CHANGES_MAX || collectedBytes > room.bytesMax()) {
            throw new ApplyFailure(
                    Kind.HALT,
                    Advice.APPLY_COLLISION_LARGE,
                    "a transaction of more than " + COLLIDING_CHANGES_MAX + " changes, or of more than "
                            + room.bytesMax() / (1 << 20)
                            + " MiB, writes a value of a unique key that another row here has; give that row another"
                            + " value here");
        }
        for (StampedChange change : changes) {
            room.check(change.change());
        }
        collected.addAll(changes);
    }

    /** Ends the window. */
    void finish() throws ApplyFailure, InterruptedException {
        submissions.close();
        notices.close();
        applyCollected(true);
        if (!context.hasLateConflicts()) {
            orphans.run();
            target.checkDeferred();
        }
    }

    /** @param ends whether nothing comes behind them; until then their rows stay out of their tables */
    private void applyCollected(boolean ends) throws ApplyFailure, InterruptedException {
        try {
            if (!collected.isEmpty()) {
                collisions.apply(collected);
            }
            if (ends) {
                collisions.place();
            }
        } catch (ApplyFailure e) {
            // Everything in the way was locked or taken out: another session has just put something there.
            throw e.kind() == Kind.UNIQUE ? new ApplyFailure(Kind.RETRY, String.valueOf(e.getMessage()), e) : e;
        }
        collected.clear();
        collectedBytes = 0;
        room.check();
    }

    /** Writes what can be written unseen; returns the keys that the statements left alone. */
    private Set<RowKey> writeInBulk(Map<TableShape, TableWork> bulk) throws ApplyFailure {
        Set<RowKey> untouched = new HashSet<>();
        for (Map.Entry<TableShape, TableWork> entry : bulk.entrySet()) {
            TableShape shape = entry.getKey();
            TableWork work = entry.getValue();
            note(untouched, work.deletes, target.deleteIfSettled(shape, work.deletes));
            for (List<Pair> pairs : work.updates.values()) {
                List<RowImage> images = pairs.stream().map(Pair::after).toList();
                note(untouched, images, target.updateIfSettled(shape, pairs));
            }
            note(untouched, work.inserts, target.insertIfAbsent(shape, work.inserts));
        }
        return untouched;
    }

    private static void note(Set<RowKey> untouched, List<RowImage> images, BitSet missed) {
        missed.stream().forEach(index -> untouched.add(images.get(index).key()));
    }

    /** Locks all keys of these changes, waits for capture, resolves each change and writes the outcomes. */
    private void lockAndApply(List<StampedChange> changes) throws ApplyFailure, InterruptedException {
        for (StampedChange change : changes) {
            room.check(change.change());
        }
        Map<TableShape, Map<RowKey, @Nullable RowImage>> rows = lockAll(changes);
        context.awaitCapture();
        window.load(changes.stream().map(change -> change.change().key()).collect(Collectors.toSet()));
        Map<TableShape, Map<RowKey, @Nullable RowImage>> outcomes = new LinkedHashMap<>();
        for (StampedChange change : changes) {
            RowKey key = change.change().key();
            Map<RowKey, @Nullable RowImage> table = rows.get(change.change().shape());
            RowImage outcome = context.resolve(change, table == null ? null : table.get(key));
            rows.values().forEach(known -> known.replace(key, outcome));
            outcomes.computeIfAbsent(change.change().shape(), shape -> new LinkedHashMap<>())
                    .put(key, outcome);
        }
        for (Map.Entry<TableShape, Map<RowKey, @Nullable RowImage>> table : outcomes.entrySet()) {
            target.write(table.getKey(), table.getValue());
        }
        room.check();
    }

    private Map<TableShape, Map<RowKey, @Nullable RowImage>> lockAll(List<StampedChange> changes) throws ApplyFailure {
        Map<TableShape, Map<RowKey, @Nullable RowImage>> rows = new HashMap<>();
        for (Map.Entry<TableShape, Map<RowKey, RowImage>> table :
                LockImages.of(changes).entrySet()) {
            if (strategy.mode() == Mode.LOCK_TABLES) {
                target.lockAgainstWriters(table.getKey());
                rows.put(
                        table.getKey(),
                        target.read(table.getKey(), table.getValue().keySet()));
            } else {
                rows.put(
                        table.getKey(),
                        target.lock(table.getKey(), List.copyOf(table.getValue().values())));
            }
        }
        return rows;
    }

    private void truncate(StampedChange truncate) throws ApplyFailure, InterruptedException {
        applyCollected(false);
        new EmptiedTable(target, window, context, room)
                .apply(truncate, collisions.out(), strategy.mode() == Mode.DEFER_UNIQUE);
    }
}
