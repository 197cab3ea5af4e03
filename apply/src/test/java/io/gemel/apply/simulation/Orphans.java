package io.gemel.apply.simulation;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.ConflictKind;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Removes rows that refer to nothing, and publishes that: those whose referred row goes with what is applied, and those that a
 * fold brings back or has refer to something else, and those that the other site gave another key.
 */
final class Orphans {
    private final Configuration configuration;
    private final SimulatedDatabase database;
    private final SiteId site;
    private final RowLocks locks;

    Orphans(Configuration configuration, SimulatedDatabase database, SiteId site, RowLocks locks) {
        this.configuration = configuration;
        this.database = database;
        this.site = site;
        this.locks = locks;
    }

    /** Removes all that are to be found now, just before the commit; false when capture must read on first. */
    boolean settle(ApplyTransaction transaction) {
        if (!configuration.linked() || transaction.current() != null) {
            return true;
        }
        Set<RowKey> orphans = orphans(transaction);
        boolean known = true;
        for (RowKey key : orphans) {
            known &= locks.acquireSlowly(transaction, key);
        }
        if (known) {
            orphans.forEach(key -> remove(transaction, key));
        }
        return known;
    }

    private Set<RowKey> orphans(ApplyTransaction transaction) {
        Set<RowKey> gone = gone(transaction);
        Set<RowKey> moved = moved(transaction);
        Set<RowKey> orphans = new LinkedHashSet<>();
        boolean more = true;
        while (more) {
            more = false;
            for (RowKey key : transaction.keys()) {
                RowImage row = transaction.image(key);
                RowKey referred = row == null || orphans.contains(key) ? null : referred(row);
                boolean looked = referred != null
                        && (gone.contains(referred) || moved.contains(key) || isAnew(transaction, key));
                if (looked && (transaction.image(referred) == null || orphans.contains(referred))) {
                    orphans.add(key);
                    gone.add(key);
                    more = true;
                }
            }
        }
        return orphans;
    }

    private static @Nullable RowKey referred(RowImage row) {
        String id = Item.unique(row);
        return id == null ? null : Item.key(id);
    }

    /** Rows that the log says are gone, or that a fold took away. */
    private Set<RowKey> gone(ApplyTransaction transaction) {
        Set<RowKey> gone = new HashSet<>();
        for (StampedChange change : transaction.work()) {
            RowKey key = change.change().key();
            boolean withdrawn = change.origin().equals(site);
            boolean deleted = !withdrawn
                    && Objects.requireNonNull(transaction.lastChange(key))
                                    .change()
                                    .after()
                            == null;
            boolean taken =
                    transaction.folded().contains(key) && database.image(key) != null && transaction.image(key) == null;
            if (deleted || (taken && !(withdrawn && configuration.has(Fault.ORPHANS_OF_VOID_ROWS)))) {
                gone.add(key);
            }
        }
        return gone;
    }

    /** Rows that are inserted where another one was deleted just before: a new key, and a reference that nobody checked. */
    private Set<RowKey> moved(ApplyTransaction transaction) {
        Set<RowKey> moved = new HashSet<>();
        StampedChange before = null;
        for (StampedChange change : transaction.work()) {
            boolean behindDelete = before != null
                    && before.change() instanceof Change.Delete
                    && before.header().equals(change.header());
            if (behindDelete
                    && change.change() instanceof Change.Insert
                    && !change.origin().equals(site)) {
                moved.add(change.change().key());
            }
            before = change;
        }
        return configuration.has(Fault.ORPHAN_MOVED) ? Set.of() : moved;
    }

    /** Has a fold made the row refer to what it refers to? */
    private boolean isAnew(ApplyTransaction transaction, RowKey key) {
        RowImage before = database.image(key);
        RowImage after = transaction.image(key);
        boolean same = before != null && after != null && Objects.equals(before.value(Item.U), after.value(Item.U));
        return transaction.folded().contains(key) && !same && !configuration.has(Fault.ORPHAN_COMES_BACK);
    }

    private void remove(ApplyTransaction transaction, RowKey key) {
        RowImage row = Objects.requireNonNull(transaction.image(key));
        StampedChange written = StampedChange.settled(site, row);
        transaction
                .conflicts()
                .add(Conflict.between(ConflictKind.FOREIGN_KEY_ORPHAN, site, written, key, written, "orphan"));
        transaction.put(key, null, true);
        transaction.corrections().add(new Change.Release(row, null, List.of(Item.U)));
    }
}
