package io.gemel.apply.decide;

import io.gemel.apply.decide.FoldedRows.MergedRow;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.JournalEntry;
import io.gemel.apply.target.TargetRows;
import io.gemel.apply.target.TargetRows.Dangling;
import io.gemel.apply.target.TargetRows.Orphan;
import io.gemel.conflict.Conflict;
import io.gemel.conflict.ConflictKind;
import io.gemel.conflict.OrphanPolicy;
import io.gemel.conflict.TablePolicy;
import io.gemel.conflict.window.WindowTransaction;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableShape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repairs orphans: rows whose referenced row is gone. It may have been removed by an incoming delete or with a
 * superseded transaction of this site. Then its orphans were written at this site before it knew of that, so this site
 * must find them. The result of their table's policy is published as a change of this site.
 *
 * <p>Where orphans are removed, rows that a fold restores or makes refer to another row are checked, too: the winning
 * change may not have seen a removal. So are rows to which the other site gave another key: no database checks a
 * reference that does not change, and the row may have been an orphan there already. Of two sites that come to hold an
 * orphan at least one meets it here in one of these ways, for an uncontested change that brings one is met by the
 * delete at its own site. One database transaction; applying thread only.
 */
public final class OrphanRepair {
    private static final Logger LOG = LoggerFactory.getLogger(OrphanRepair.class);

    private final TargetRows rows;
    private final WindowTransaction group;
    private final ApplyContext steps;
    private final FoldedRows folded;
    private final ConflictRoom room;
    private final GoneRows gone;
    private final PossibleOrphans possible;
    private final Set<TableShape> overflowed = new HashSet<>();
    private @Nullable Noted noted; // of the change before
    private @Nullable StampedChange withdrawnFor;
    private final Set<RowKey> removedChildren = new HashSet<>();
    private final Set<List<RowKey>> decided = new HashSet<>(); // of child and parent

    /**
     * What the changes of one table that come one after the other need to know of it.
     *
     * @param last the latest of them; null before the first
     */
    private record Noted(
            TableShape shape,
            boolean isReferredTo,
            boolean removesOrphans,
            @Nullable StampedChange last) {
        Noted with(StampedChange change) {
            return new Noted(shape, isReferredTo, removesOrphans, change);
        }
    }

    /** @param folded filled while the batch is applied */
    public OrphanRepair(
            TargetRows rows, WindowTransaction group, ApplyContext steps, FoldedRows folded, ConflictRoom room) {
        this.rows = rows;
        this.group = group;
        this.steps = steps;
        this.folded = folded;
        this.room = room;
        gone = new GoneRows(rows, room.bytesMax());
        possible = new PossibleOrphans(rows);
    }

    /** A superseded transaction of this site is removed, because of the one that this change belongs to. */
    public void withdrawing(StampedChange winner) {
        withdrawnFor = winner;
    }

    /** Takes note of a change that is applied; the last one of a row counts. */
    public void note(StampedChange change) throws ApplyFailure {
        TableShape shape = change.change().shape();
        Noted table = noted != null && shape.equals(noted.shape()) ? noted : table(shape);
        if (table.removesOrphans() && isMoved(change, table.last()) && !possible.addMoved(change)) {
            warn(shape);
        }
        noted = table.with(change);
        if (change.change() instanceof Change.Truncate || !table.isReferredTo()) {
            return;
        }
        if (change.change().after() != null) {
            gone.remove(shape, change.change().key());
        } else if (!gone.add(change)) {
            warn(shape);
        }
    }

    /** The changes noted so far are in the tables. */
    public void written() throws ApplyFailure {
        gone.forgetUnreferred();
    }

    private Noted table(TableShape shape) throws ApplyFailure {
        boolean removesOrphans = group.policyFor(shape.table()).orphans() == OrphanPolicy.REMOVE;
        return new Noted(shape, rows.isReferredTo(shape), removesOrphans, null);
    }

    /** A primary-key update comes as a delete and, right behind it, an insert. */
    private static boolean isMoved(StampedChange change, @Nullable StampedChange before) {
        return before != null
                && before.change() instanceof Change.Delete
                && before.header().equals(change.header())
                && change.change() instanceof Change.Insert;
    }

    private void warn(TableShape shape) {
        if (overflowed.add(shape)) {
            LOG.warn(
                    "a transaction deletes more rows of {} that others refer to than there is memory for, or assigns"
                            + " more than {} new keys: orphans of the rest are not searched for",
                    shape.table(),
                    PossibleOrphans.REMEMBERED_MAX);
        }
    }

    /** Decides about every orphan, and about those that a decision makes. */
    public void run() throws ApplyFailure, InterruptedException {
        for (MergedRow row : folded.rows()) {
            if (row.isGone() && !isNoted(row.change().change())) {
                note(deleteOf(Objects.requireNonNull(row.before()), cause(row)));
            }
        }
        decideGone();
        if (removeDangling()) {
            decideGone();
        }
    }

    private void decideGone() throws ApplyFailure, InterruptedException {
        boolean again = true;
        while (again) {
            again = false;
            for (TableShape shape : gone.shapes()) {
                again |= decideAll(shape);
            }
        }
    }

    /** Removes what refers to nothing of the rows that the batch made what they are; true when there was such a row. */
    private boolean removeDangling() throws ApplyFailure {
        boolean removed = false;
        for (MergedRow row : folded.rows()) {
            TableShape shape = row.change().change().shape();
            if (row.isNew() && group.policyFor(shape.table()).orphans() == OrphanPolicy.REMOVE) {
                possible.add(row);
            }
        }
        for (TableShape shape : possible.shapes()) {
            for (PossibleOrphans.Found orphan : possible.dangling(shape)) {
                if (removedChildren.add(orphan.dangling().row().key())) {
                    remove(orphan.dangling(), orphan.row());
                    removed = true;
                }
            }
        }
        return removed;
    }

    /** Returns whether it is known as an incoming delete. The row is restored as that delete had it. */
    private boolean isNoted(Change change) {
        return gone.contains(change.shape(), change.key());
    }

    /** The incoming change that this is owed to. */
    private StampedChange cause(MergedRow row) {
        StampedChange winner = withdrawnFor;
        boolean withdrawn = row.change().origin().equals(group.local());
        return withdrawn && winner != null ? winner : row.change();
    }

    private static StampedChange deleteOf(RowImage row, StampedChange cause) {
        return new StampedChange(cause.header(), cause.index(), new Change.Delete(row));
    }

    private void remove(Dangling dangling, MergedRow row) throws ApplyFailure {
        RowImage child = dangling.row();
        StampedChange cause = cause(row);
        StampedChange rival = row.rival();
        write(child.shape(), child.key(), null);
        steps.publish(new Change.Release(child, null, dangling.columns()));
        note(deleteOf(child, cause));
        steps.decided(new JournalEntry(
                Conflict.between(
                        ConflictKind.FOREIGN_KEY_ORPHAN,
                        group.local(),
                        rival != null ? rival : StampedChange.settled(group.local(), child),
                        child.key(),
                        cause,
                        group.policyFor(child.shape().table()).name()),
                null));
    }

    private boolean decideAll(TableShape shape) throws ApplyFailure, InterruptedException {
        Map<RowKey, StampedChange> deletes = gone.deletes(shape);
        if (deletes.isEmpty()) {
            return false;
        }
        List<RowImage> images = new ArrayList<>();
        deletes.values().forEach(delete -> images.add(GoneRows.image(delete.change())));
        List<Orphan> fresh = new ArrayList<>();
        List<Orphan> found = rows.orphans(shape, images, room.bytesMax());
        room.checkOrphans(found);
        for (Orphan orphan : found) {
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

    private void decide(Orphan orphan, StampedChange delete) throws ApplyFailure {
        RowImage child = orphan.child();
        TablePolicy policy = group.policyFor(child.shape().table());
        OrphanPolicy choice = policy.orphans();
        if (choice == OrphanPolicy.REMOVE) {
            if (!removedChildren.add(child.key())) {
                return; // it refers to two rows that went
            }
            write(child.shape(), child.key(), null);
            steps.publish(new Change.Release(child, null, orphan.columns()));
            note(deleteOf(child, delete));
        } else if (choice == OrphanPolicy.REVIVE) {
            revive(orphan.parent());
        }
        StampedChange latest = group.latestChange(child.key());
        StampedChange written = latest != null ? latest : StampedChange.settled(group.local(), child);
        boolean removed = choice == OrphanPolicy.REMOVE;
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

    /** Brings a row back, unless another one has a unique value of it by now: then its orphans stay, for a person. */
    private void revive(RowImage parent) throws ApplyFailure {
        boolean fits = gone.contains(parent.shape(), parent.key())
                && rows.collisions(parent.shape(), List.of(parent)).isEmpty();
        if (fits) {
            gone.remove(parent.shape(), parent.key());
            write(parent.shape(), parent.key(), parent);
            steps.publish(new Change.Insert(parent));
        }
    }

    private void write(TableShape shape, RowKey key, @Nullable RowImage image) throws ApplyFailure {
        rows.write(shape, Collections.singletonMap(key, image));
    }
}
