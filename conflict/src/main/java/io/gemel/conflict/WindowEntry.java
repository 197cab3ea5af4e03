package io.gemel.conflict;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import java.util.ArrayList;
import java.util.List;

/**
 * A key of the window that met a conflict: its state before its first local change in flight and, in fold order, every
 * change since, local and incoming. Not thread-safe: the window guards it.
 */
public final class WindowEntry {
    private final TablePolicy policy;
    private final List<StampedChange> changes;
    private RowState base;

    public WindowEntry(TablePolicy policy, RowState base, List<StampedChange> changes) {
        this.policy = policy;
        this.base = base;
        this.changes = new ArrayList<>(changes);
    }

    static WindowEntry empty(TablePolicy policy) {
        return new WindowEntry(policy, RowState.settled(null), List.of());
    }

    public RowState base() {
        return base;
    }

    public List<StampedChange> changes() {
        return List.copyOf(changes);
    }

    WindowEntry copy() {
        return new WindowEntry(policy, base, changes);
    }

    /** Puts a change at its place in the order. */
    void insert(StampedChange change) {
        int at = changes.size();
        while (at > 0 && !policy.precedes(changes.get(at - 1), change)) {
            at--;
        }
        changes.add(at, change);
    }

    RowState outcome() {
        RowState state = base;
        for (StampedChange change : changes) {
            state = policy.fold(state, change);
        }
        return state;
    }

    /** The local changes that {@code incoming} had not seen, each as a conflict. */
    List<Conflict> conflicts(SiteId local, RowKey key, StampedChange incoming) {
        List<Conflict> found = new ArrayList<>();
        RowImage image = base.image();
        for (StampedChange change : changes) {
            if (change.origin().equals(local)
                    && change.position() > incoming.stamp().seen()) {
                found.add(new Conflict(
                        ConflictKind.of(incoming.change(), change.change()),
                        key,
                        change,
                        incoming,
                        image,
                        policy.precedes(change, incoming),
                        policy.name()));
            }
        }
        return found;
    }

    /** Is this very change of {@code local} already here? True after a restart, when the log is read again. */
    boolean holds(StampedChange change) {
        for (StampedChange known : changes) {
            if (known.origin().equals(change.origin())
                    && known.position() == change.position()
                    && known.index() == change.index()) {
                return true;
            }
        }
        return false;
    }

    /** Would {@link #prune} change anything? */
    boolean prunable(SiteId local, long acknowledged) {
        return !changes.isEmpty() && leaves(changes.get(0), local, acknowledged);
    }

    /**
     * Folds into the base what no incoming change can be concurrent with any more.
     *
     * @return false when nothing is left and the entry can go
     */
    boolean prune(SiteId local, long acknowledged) {
        int leaving = 0;
        while (leaving < changes.size() && leaves(changes.get(leaving), local, acknowledged)) {
            base = policy.fold(base, changes.get(leaving));
            leaving++;
        }
        changes.subList(0, leaving).clear();
        return !changes.isEmpty();
    }

    private static boolean leaves(StampedChange change, SiteId local, long acknowledged) {
        return !change.origin().equals(local) || change.position() <= acknowledged;
    }
}
