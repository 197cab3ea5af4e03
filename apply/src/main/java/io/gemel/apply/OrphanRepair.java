package io.gemel.apply;

import io.gemel.apply.TargetRows.Orphan;
import io.gemel.conflict.Conflict;
import io.gemel.conflict.ConflictKind;
import io.gemel.conflict.OrphanChoice;
import io.gemel.conflict.TablePolicy;
import io.gemel.conflict.WindowGroup;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableShape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after rows that incoming deletes have left without the row that they refer to. Such a row was written at this site
 * before it heard of the delete, so this site is the one to find it. What its table's policy chooses is published as a
 * change of this site's own. One database transaction; applying thread only.
 */
final class OrphanRepair {
    private static final Logger LOG = LoggerFactory.getLogger(OrphanRepair.class);

    /** Deletes of one table that a group's transactions may bring and that are all remembered until their end. */
    static final int DELETES_MAX = 50_000;

    private final TargetRows rows;
    private final WindowGroup group;
    private final ApplySteps steps;
    private final Map<TableShape, Map<RowKey, StampedChange>> gone = new LinkedHashMap<>();
    private final Set<TableShape> overflowed = new HashSet<>();
    private @Nullable TableShape lastShape;
    private boolean lastIsReferredTo;
    private final Set<RowKey> removedChildren = new HashSet<>();
    private final Set<List<RowKey>> decided = new HashSet<>(); // of child and parent

    OrphanRepair(TargetRows rows, WindowGroup group, ApplySteps steps) {
        this.rows = rows;
        this.group = group;
        this.steps = steps;
    }

    /** Takes note of a change that is applied; the last one of a row counts. */
    void note(StampedChange change) throws ApplyFailure {
        TableShape shape = change.change().shape();
        if (lastShape == null || !shape.equals(lastShape)) {
            lastShape = shape;
            lastIsReferredTo = rows.isReferredTo(shape);
        }
        if (change.change() instanceof Change.Truncate || !lastIsReferredTo) {
            return;
        }
        Map<RowKey, StampedChange> table = gone.computeIfAbsent(shape, any -> new LinkedHashMap<>());
        RowKey key = change.change().key();
        if (change.change().after() != null) {
            table.remove(key);
        } else if (table.size() < DELETES_MAX) {
            table.put(key, change);
        } else if (overflowed.add(shape)) {
            LOG.warn(
                    "a transaction deletes more than {} rows of {}: rows that refer to the rest of them are not looked for",
                    DELETES_MAX,
                    shape.table());
        }
    }

    /** Decides about every orphan, and about those that a decision makes. */
    void run() throws ApplyFailure, InterruptedException {
        boolean again = true;
        while (again) {
            again = false;
            for (TableShape shape : List.copyOf(gone.keySet())) {
                again |= decideAll(shape);
            }
        }
    }

    private boolean decideAll(TableShape shape) throws ApplyFailure, InterruptedException {
        Map<RowKey, StampedChange> deletes = Map.copyOf(gone.getOrDefault(shape, Map.of()));
        if (deletes.isEmpty()) {
            return false;
        }
        List<RowImage> images = new ArrayList<>();
        deletes.values().forEach(delete -> images.add(image(delete.change())));
        List<Orphan> fresh = new ArrayList<>();
        for (Orphan orphan : rows.orphans(shape, images)) {
            if (decided.add(List.of(orphan.child().key(), orphan.parent().key()))) {
                fresh.add(orphan);
            }
        }
        if (fresh.isEmpty()) {
            return false;
        }
        steps.awaitCapture();
        group.load(fresh.stream().map(orphan -> orphan.child().key()).collect(Collectors.toSet()));
        for (Orphan orphan : fresh) {
            StampedChange delete = deletes.get(orphan.parent().key());
            if (delete != null) {
                decide(orphan, delete);
            }
        }
        return true;
    }

    private static RowImage image(Change delete) {
        RowImage image = delete.anyImage();
        if (image == null) {
            throw new IllegalStateException("not of a row: " + delete);
        }
        return image;
    }

    private void decide(Orphan orphan, StampedChange delete) throws ApplyFailure {
        RowImage child = orphan.child();
        TablePolicy policy = group.policyFor(child.shape().table());
        OrphanChoice choice = policy.orphans();
        if (choice == OrphanChoice.REMOVE) {
            if (!removedChildren.add(child.key())) {
                return; // it refers to two rows that went
            }
            write(child.shape(), child.key(), null);
            steps.publish(new Change.Release(child, null, orphan.columns()));
            note(new StampedChange(delete.stamp(), delete.index(), new Change.Delete(child)));
        } else if (choice == OrphanChoice.REVIVE) {
            RowImage parent = orphan.parent();
            if (gone.getOrDefault(parent.shape(), Map.of()).remove(parent.key()) != null) {
                write(parent.shape(), parent.key(), parent);
                steps.publish(new Change.Insert(parent));
            }
        }
        StampedChange latest = group.latestChange(child.key());
        StampedChange written = latest != null ? latest : StampedChange.settled(group.local(), child);
        boolean removed = choice == OrphanChoice.REMOVE;
        steps.decided(new JournalEntry(
                Conflict.between(
                        ConflictKind.FOREIGN_KEY_ORPHAN,
                        group.local(),
                        removed ? delete : written,
                        child.key(),
                        removed ? written : delete,
                        policy.name()),
                removed ? null : child));
    }

    private void write(TableShape shape, RowKey key, @Nullable RowImage image) throws ApplyFailure {
        rows.write(shape, Collections.singletonMap(key, image));
    }
}
