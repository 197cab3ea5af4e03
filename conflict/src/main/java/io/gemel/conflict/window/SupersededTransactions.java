package io.gemel.conflict.window;

import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Superseded transactions, until the peer is known to know of them, too. Not thread-safe: the window guards it. */
final class SupersededTransactions {
    private final SiteId local;
    private final Set<Long> positions = new HashSet<>(); // of this site's own
    private final Map<RowKey, Long> unsettled = new HashMap<>(); // until the peer has seen that local position

    SupersededTransactions(SiteId local) {
        this.local = local;
    }

    void add(SupersededNote note) {
        if (note.origin().equals(local)) {
            positions.add(note.position());
        }
        note.keys().forEach(key -> unsettled.merge(key, note.localPosition(), Math::max));
    }

    /** Returns whether this site's transaction at the position is superseded. */
    boolean contains(long position) {
        return positions.contains(position);
    }

    /** This site's changes without those of superseded transactions. */
    List<StampedChange> leftOutOf(List<StampedChange> changes) {
        return positions.isEmpty()
                ? changes
                : changes.stream()
                        .filter(change -> !positions.contains(change.position()))
                        .toList();
    }

    /**
     * Returns whether the peer's changes of this key, with this {@code seen}, may depend on a superseded transaction of
     * its own.
     */
    boolean unsettles(RowKey key, long seen) {
        return unsettled.getOrDefault(key, 0L) > seen;
    }

    void prune(long acknowledged) {
        positions.removeIf(position -> position <= acknowledged);
        unsettled.values().removeIf(position -> position <= acknowledged);
    }
}
