package io.gemel.apply;

import io.gemel.apply.target.TargetRows.Pair;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a batch of whole transactions does to the database, sorted: for keys without any conflict the net change, gathered
 * per table for multi-row statements; for all other keys each change, in log order. Pure; one batch.
 */
final class BatchPlan {
    /** Says of a key and the {@code seen} of the first change to it whether it must be locked first. */
    @FunctionalInterface
    interface Contested {
        boolean test(RowKey key, long seen);
    }

    /** Net changes of one table. */
    static final class TableWork {
        final List<RowImage> deletes = new ArrayList<>();
        /** Updates by the columns that change. */
        final Map<List<Integer>, List<Pair>> updates = new LinkedHashMap<>();

        final List<RowImage> inserts = new ArrayList<>();
    }

    private static final class Chain {
        final List<StampedChange> changes = new ArrayList<>(1);

        StampedChange first() {
            return changes.get(0);
        }

        StampedChange last() {
            return changes.get(changes.size() - 1);
        }

        /** Returns whether each change starts where the previous one ended, in the same shape. */
        boolean unbroken() {
            for (int i = 1; i < changes.size(); i++) {
                Change earlier = changes.get(i - 1).change();
                Change later = changes.get(i).change();
                if (!Objects.equals(earlier.after(), later.before())
                        || !earlier.shape().equals(later.shape())) {
                    return false;
                }
            }
            return true;
        }
    }

    private final Map<TableShape, TableWork> bulk = new LinkedHashMap<>();
    private final List<StampedChange> locked = new ArrayList<>();
    private final Map<RowKey, Long> seenOfInserts = new LinkedHashMap<>();

    private BatchPlan() {}

    static BatchPlan of(List<StampedChange> changes, Contested contested) {
        Map<RowKey, Chain> chains = new LinkedHashMap<>();
        for (StampedChange change : changes) {
            chains.computeIfAbsent(change.change().key(), key -> new Chain())
                    .changes
                    .add(change);
        }
        BatchPlan plan = new BatchPlan();
        chains.values().removeIf(chain -> {
            RowKey key = chain.first().change().key();
            return !contested.test(key, chain.first().header().seen())
                    && !(chain.first().change() instanceof Change.Settle)
                    && chain.unbroken()
                    && plan.takeInBulk(key, chain);
        });
        for (StampedChange change : changes) {
            if (chains.containsKey(change.change().key())) {
                plan.locked.add(change);
            }
        }
        return plan;
    }

    /** False for a key that was inserted and deleted again: an absent key needs a lock. */
    private boolean takeInBulk(RowKey key, Chain chain) {
        RowImage before = chain.first().change().before();
        RowImage after = chain.last().change().after();
        if (before == null && after == null) {
            return false;
        }
        TableWork work = bulk.computeIfAbsent(chain.first().change().shape(), shape -> new TableWork());
        if (before == null) {
            work.inserts.add(nonNull(after));
            seenOfInserts.put(key, chain.first().header().seen());
        } else if (after == null) {
            work.deletes.add(before);
        } else {
            work.updates
                    .computeIfAbsent(after.changedSince(before), columns -> new ArrayList<>())
                    .add(new Pair(before, after));
        }
        return true;
    }

    private static RowImage nonNull(@Nullable RowImage image) {
        return Objects.requireNonNull(image);
    }

    /** Net changes per table, for statements that check what they find. */
    Map<TableShape, TableWork> bulk() {
        return bulk;
    }

    /** Changes of keys that must be locked and resolved one by one, in log order. */
    List<StampedChange> locked() {
        return locked;
    }

    /** Keys that the statements in bulk insert, each with the {@code seen} to look into the window with. */
    Map<RowKey, Long> seenOfInserts() {
        return seenOfInserts;
    }
}
