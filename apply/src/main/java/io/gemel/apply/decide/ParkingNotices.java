package io.gemel.apply.decide;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.TargetTransaction;
import io.gemel.transaction.AllRows;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.Transaction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Handles an incoming transaction's notices about parked ones. One database transaction; applying thread only. */
public final class ParkingNotices {
    private final TargetTransaction transaction;
    private final SiteId local;
    private final List<StampedChange> parks = new ArrayList<>();
    private final Set<RowKey> settled = new HashSet<>();

    public ParkingNotices(TargetTransaction transaction, SiteId local) {
        this.transaction = transaction;
        this.local = local;
    }

    /** Returns whether this change concerns parking. */
    public static boolean isNotice(Change change) {
        return change instanceof Change.Park || (change instanceof Change.Settle settle && settle.decided());
    }

    /**
     * Returns whether the transaction that begins with these changes concerns parking. A site publishes notices in
     * separate transactions.
     */
    public static boolean areNotices(List<Change> changes) {
        return !changes.isEmpty() && isNotice(changes.get(0));
    }

    /** The changes among these that do something to rows. */
    public List<StampedChange> take(List<StampedChange> changes) {
        if (changes.isEmpty() || !isNotice(changes.get(0).change())) {
            return changes;
        }
        List<StampedChange> rows = new ArrayList<>();
        for (StampedChange change : changes) {
            if (change.change() instanceof Change.Park) {
                parks.add(change);
            } else if (!AllRows.areMeant(change.change())) {
                rows.add(change); // of all rows the truncate behind it says what becomes of them
            }
            if (change.change() instanceof Change.Settle settle && settle.decided()) {
                settled.add(settle.key());
            }
        }
        return rows;
    }

    /** Stores what was taken. */
    public void close() throws ApplyFailure {
        if (!parks.isEmpty()) {
            StampedChange first = parks.get(0);
            long position = ((Change.Park) first.change()).position();
            Set<RowKey> keys = new HashSet<>();
            List<Change> notices = new ArrayList<>();
            for (StampedChange park : parks) {
                keys.add(park.change().key());
                notices.add(park.change());
            }
            transaction.park(
                    local, position, "parked at " + first.origin(), new Transaction(first.header(), notices), keys);
        }
        if (!settled.isEmpty()) {
            transaction.settle(settled);
        }
    }
}
