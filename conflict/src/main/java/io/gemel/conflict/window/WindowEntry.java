package io.gemel.conflict.window;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.ConflictKind;
import io.gemel.conflict.RowState;
import io.gemel.conflict.TablePolicy;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key of the window that met a conflict: its state before its first local change in flight and, in fold order, every
 * change since, local and incoming. Not thread-safe: the window guards it.
 */
public final class WindowEntry {
    /** What an entry takes in memory besides its images, with its key and its places in maps. */
    public static final int BYTES = 400;

    /** The same for each change, with what is remembered of its conflicts until the commit. */
    private static final int CHANGE_BYTES = 250;

    private final TablePolicy policy;
    private final List<StampedChange> changes;
    private RowState base;
    private long lastIncoming;
    private long bytes;
    private boolean taken; // whether TakenRow orders the changes

    /**
     * @param lastIncoming position of the last incoming change to this key, in the entry or folded into the base; 0 for none
     */
    public WindowEntry(TablePolicy policy, RowState base, List<StampedChange> changes, long lastIncoming) {
        this(policy, base, changes, lastIncoming, 0);
        noteChanges();
    }

    private WindowEntry(TablePolicy policy, RowState base, List<StampedChange> changes, long lastIncoming, long bytes) {
        this.policy = policy;
        this.base = base;
        this.changes = new ArrayList<>(changes);
        this.lastIncoming = lastIncoming;
        this.bytes = bytes;
    }

    static WindowEntry empty(TablePolicy policy) {
        return new WindowEntry(policy, RowState.settled(null), List.of(), 0);
    }

    public RowState base() {
        return base;
    }

    public List<StampedChange> changes() {
        return List.copyOf(changes);
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }

    public long lastIncoming() {
        return lastIncoming;
    }

    /** About how many bytes of memory it takes, with all that is remembered along with it. */
    long bytes() {
        return bytes;
    }

    private void noteChanges() {
        bytes = count();
        taken = changes.stream().anyMatch(TakenRow::isTaken);
    }

    @SuppressWarnings("ReferenceEquality") // it is objects that take memory
    private long count() {
        RowImage image = base.image();
        boolean held = !changes.isEmpty() && changes.get(0).change().before() == image;
        return BYTES
                + (image == null || held ? 0 : image.memory(null))
                + changes.stream().mapToLong(WindowEntry::bytes).sum();
    }

    /** About how many bytes of memory a change takes that is remembered. */
    public static long bytes(StampedChange change) {
        return CHANGE_BYTES + change.change().memory();
    }

    WindowEntry copy() {
        WindowEntry copy = new WindowEntry(policy, base, changes, lastIncoming, bytes);
        copy.taken = taken;
        return copy;
    }

    /** Puts an incoming change at its place in the order. */
    void insertIncoming(StampedChange change) {
        insert(change);
        lastIncoming = change.position();
    }

    /** Puts a change at its place in the order. */
    void insert(StampedChange change) {
        int at = changes.size();
        while (at > 0 && !policy.precedes(changes.get(at - 1), change)) {
            at--;
        }
        changes.add(at, change);
        bytes += bytes(change);
        taken |= TakenRow.isTaken(change);
        if (taken) {
            List<StampedChange> ordered = TakenRow.order(policy, changes);
            changes.clear();
            changes.addAll(ordered);
        }
    }

    /** Removes the changes of a superseded transaction. */
    void withdraw(SiteId origin, long position) {
        changes.removeIf(change -> change.origin().equals(origin) && change.position() == position);
        noteChanges();
    }

    RowState outcome() {
        RowState state = base;
        for (StampedChange change : changes.subList(firstThatCounts(), changes.size())) {
            state = policy.fold(state, change);
        }
        return state;
    }

    /** Changes before one that replaces the row are irrelevant. */
    private int firstThatCounts() {
        int first = policy.keepsOnlyTheLast() ? changes.size() - 1 : 0;
        while (first > 0 && changes.get(first).change() instanceof Change.Release) {
            first--;
        }
        return Math.max(first, 0);
    }

    /** The change with the greatest version, releases left out: they give nothing. Null without such a change. */
    @Nullable
    StampedChange latest() {
        return changes.stream()
                .filter(change -> !(change.change() instanceof Change.Release))
                .max(Comparator.comparing(change -> change.header().version()))
                .orElse(null);
    }

    /**
     * The concurrent pairs to be journaled for {@code incoming}: it and the first local change that it had not seen, and it
     * and each local change for which it is the first that had not been seen. So every change that met a concurrent one is
     * named, at both sites by the same pairs, and their number grows with the number of changes, not with its square.
     */
    List<Conflict> conflicts(SiteId local, RowKey key, StampedChange incoming) {
        List<Conflict> found = new ArrayList<>();
        long seen = Math.max(incoming.header().seen(), continued(incoming));
        for (StampedChange change : changes) {
            if (!change.origin().equals(local) || change.position() <= seen || TakenRow.continues(incoming, change)) {
                continue;
            }
            boolean firstOfIncoming = change.header().seen() >= lastIncoming;
            if (found.isEmpty() || firstOfIncoming) {
                found.add(new Conflict(
                        ConflictKind.of(incoming.change(), change.change()),
                        key,
                        change,
                        incoming,
                        common(change.change(), found.isEmpty(), incoming.change(), firstOfIncoming),
                        policy.precedes(change, incoming),
                        policy.name()));
            }
        }
        return found;
    }

    /** Position of the last local settle that an incoming change continues: it is as if its site had seen that. Or 0. */
    long continued(StampedChange incoming) {
        if (!taken) {
            return 0;
        }
        return changes.stream()
                .filter(change -> TakenRow.continues(change, incoming))
                .mapToLong(StampedChange::position)
                .max()
                .orElse(0);
    }

    /**
     * The row as both sites last had it before they parted: the before image of a change that is the first which the other had
     * not seen, for its site then had nothing else that the other site had not. When both are the first, both before images are
     * that row, and the one that is known is taken; so both sites find the same.
     */
    private static @Nullable RowImage common(
            Change change, boolean firstOfLocal, Change incoming, boolean firstOfIncoming) {
        if (firstOfIncoming && !(incoming instanceof Change.Truncate)) {
            return incoming.before();
        }
        return firstOfLocal ? change.before() : null;
    }

    /**
     * Returns whether this change of {@code local}, or a later one, is already here. True after a restart, when the log
     * is read again.
     */
    boolean reaches(StampedChange change) {
        for (int i = changes.size() - 1; i >= 0; i--) {
            StampedChange known = changes.get(i);
            if (known.origin().equals(change.origin())) {
                return !change.saw(known);
            }
        }
        return false;
    }

    /** Returns whether {@link #prune} would change anything. */
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
        if (leaving > 0) {
            changes.subList(0, leaving).clear();
            noteChanges();
        }
        return !changes.isEmpty();
    }

    private static boolean leaves(StampedChange change, SiteId local, long acknowledged) {
        return !change.origin().equals(local) || change.position() <= acknowledged;
    }
}
