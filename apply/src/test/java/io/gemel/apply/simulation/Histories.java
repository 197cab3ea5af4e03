package io.gemel.apply.simulation;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TransactionHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Every change that touched a row, in the oracle's own reading: a truncate touches all rows, the changes of the lesser of two
 * concurrent attempts at one submission count nowhere.
 */
final class Histories {
    /** A transaction. */
    record Place(SiteId origin, long position) {
        static Place of(TransactionHeader header) {
            return new Place(header.origin(), header.position());
        }
    }

    private final Configuration configuration;
    private final Map<RowKey, List<StampedChange>> east = new HashMap<>();
    private final Map<RowKey, List<StampedChange>> west = new HashMap<>();
    private final Set<Place> voids = new HashSet<>();
    private final Set<RowKey> voidKeys = new HashSet<>();

    private Histories(Configuration configuration) {
        this.configuration = configuration;
    }

    static Histories of(Configuration configuration, PublishedLog east, PublishedLog west) {
        Histories histories = new Histories(configuration);
        histories.findVoid(east, west);
        histories.gather(histories.east, east);
        histories.gather(histories.west, west);
        return histories;
    }

    /** All keys that were touched. */
    Set<RowKey> keys() {
        Set<RowKey> keys = new HashSet<>(east.keySet());
        keys.addAll(west.keySet());
        return keys;
    }

    /** All changes of a row that count, first those of east's log, then those of west's. */
    List<StampedChange> of(RowKey key) {
        List<StampedChange> history = new ArrayList<>(of(Sites.EAST, key));
        history.addAll(of(Sites.WEST, key));
        return history;
    }

    List<StampedChange> of(SiteId site, RowKey key) {
        return (site.equals(Sites.EAST) ? east : west).getOrDefault(key, List.of());
    }

    /** The transactions that are void. */
    Set<Place> voids() {
        return voids;
    }

    /** Rows that a void transaction had changed. */
    Set<RowKey> voidKeys() {
        return voidKeys;
    }

    private void findVoid(PublishedLog eastLog, PublishedLog westLog) {
        Map<RowKey, List<StampedChange>> claims = new HashMap<>();
        for (StampedChange change : westLog.changes()) {
            if (Submission.isClaim(change.change())) {
                claims.computeIfAbsent(change.change().key(), key -> new ArrayList<>())
                        .add(change);
            }
        }
        for (StampedChange one : eastLog.changes()) {
            if (Submission.isClaim(one.change())) {
                for (StampedChange other : claims.getOrDefault(one.change().key(), List.of())) {
                    if (!OracleFold.saw(one, other) && !OracleFold.saw(other, one)) {
                        voids.add(Place.of(lesser(one, other).header()));
                    }
                }
            }
        }
    }

    private static StampedChange lesser(StampedChange east, StampedChange west) {
        int byAttempt = Integer.compare(attempt(east), attempt(west));
        int byClock = Long.compare(
                east.header().version().micros(), west.header().version().micros());
        boolean eastIsLesser = byAttempt != 0 ? byAttempt < 0 : byClock <= 0;
        return eastIsLesser ? east : west;
    }

    private static int attempt(StampedChange claim) {
        RowImage row = Objects.requireNonNull(claim.change().after());
        return Submission.attempt(row);
    }

    private void gather(Map<RowKey, List<StampedChange>> histories, PublishedLog log) {
        for (StampedChange change : log.changes()) {
            if (voids.contains(Place.of(change.header()))) {
                voidKeys.add(change.change().key());
            } else if (change.change() instanceof Change.Truncate) {
                configuration.keys().forEach(id -> add(histories, Item.key(id), change));
            } else {
                add(histories, change.change().key(), change);
            }
        }
    }

    private static void add(Map<RowKey, List<StampedChange>> histories, RowKey key, StampedChange change) {
        histories.computeIfAbsent(key, first -> new ArrayList<>()).add(change);
    }
}
