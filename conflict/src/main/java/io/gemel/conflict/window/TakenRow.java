package io.gemel.conflict.window;

import io.gemel.conflict.TablePolicy;
import io.gemel.transaction.Change;
import io.gemel.transaction.StampedChange;
import java.util.ArrayList;
import java.util.List;

/**
 * The fold order around a row that a person took from the other site: a settle which applies a parked change of that
 * site. It is published late and has a late version, but that site's own row has been so since the parked change. What
 * that site did to the row afterwards comes after the settle, whatever the versions. Pure; any thread.
 */
final class TakenRow {
    private TakenRow() {}

    /** Returns whether this change took the row from the other site. */
    static boolean isTaken(StampedChange change) {
        return taken(change) > 0;
    }

    private static long taken(StampedChange change) {
        return change.change() instanceof Change.Settle settle ? settle.taken() : 0;
    }

    /**
     * Returns whether {@code later} was made at the other site, to the row that {@code settle} took from there. Then
     * the two are not a conflict.
     */
    static boolean continues(StampedChange settle, StampedChange later) {
        return isTaken(settle)
                && !isDecision(later)
                && !later.origin().equals(settle.origin())
                && later.position() > taken(settle);
    }

    private static boolean isDecision(StampedChange change) {
        return change.change() instanceof Change.Settle settle && settle.decided();
    }

    /**
     * These changes in fold order.
     *
     * @param changes each site's in the order of its log
     */
    static List<StampedChange> order(TablePolicy policy, List<StampedChange> changes) {
        List<StampedChange> byVersion = new ArrayList<>();
        for (StampedChange change : changes) {
            int at = byVersion.size();
            while (at > 0 && !policy.precedes(byVersion.get(at - 1), change)) {
                at--;
            }
            byVersion.add(at, change);
        }
        int at = lastSettle(byVersion);
        if (at < 0) {
            return byVersion;
        }
        StampedChange settle = byVersion.get(at);
        List<StampedChange> ordered = new ArrayList<>();
        List<StampedChange> onTop = new ArrayList<>();
        for (StampedChange earlier : byVersion.subList(0, at)) {
            (continues(settle, earlier) ? onTop : ordered).add(earlier);
        }
        ordered.add(settle);
        ordered.addAll(onTop);
        ordered.addAll(byVersion.subList(at + 1, byVersion.size()));
        return ordered;
    }

    private static int lastSettle(List<StampedChange> changes) {
        int last = changes.size() - 1;
        while (last >= 0 && !(changes.get(last).change() instanceof Change.Settle)) {
            last--;
        }
        return last;
    }
}
