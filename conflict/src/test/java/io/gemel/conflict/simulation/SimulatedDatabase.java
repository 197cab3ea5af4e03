package io.gemel.conflict.simulation;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.EntryCodec;
import io.gemel.conflict.WindowEntry;
import io.gemel.transaction.Change;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What survives every crash of a site: rows, the database's own log, marker, stored entries and journal. */
final class SimulatedDatabase {
    /** Distance of two commit positions: they grow, but not one by one. */
    static final long COMMIT_STRIDE = 10;

    /** A row and its last writer. */
    record Row(RowImage image, boolean byApplier, long commit, long micros) {}

    /** A commit in the database's own log: a local one, or with a marker one of the applier. */
    record Commit(
            long position,
            long micros,
            List<Change> changes,
            @Nullable Marker marker) {}

    private final Map<RowKey, Row> rows = new HashMap<>();
    private final List<Commit> log = new ArrayList<>();
    private final Map<RowKey, EntryCodec.Decoded> stored = new HashMap<>();
    private final List<Conflict> journal = new ArrayList<>();
    private final Map<Long, Integer> applied = new HashMap<>();
    private Marker marker;

    SimulatedDatabase(SiteId peer, List<RowImage> initial) {
        marker = Marker.none(peer);
        initial.forEach(image -> rows.put(image.key(), new Row(image, false, 0, 0)));
    }

    @Nullable
    Row row(RowKey key) {
        return rows.get(key);
    }

    @Nullable
    RowImage image(RowKey key) {
        Row row = rows.get(key);
        return row == null ? null : row.image();
    }

    Set<RowKey> keys() {
        return Set.copyOf(rows.keySet());
    }

    List<Commit> log() {
        return log;
    }

    /** Commit position of the last commit, or 0. */
    long end() {
        return log.size() * COMMIT_STRIDE;
    }

    Marker marker() {
        return marker;
    }

    Map<RowKey, EntryCodec.Decoded> stored() {
        return stored;
    }

    List<Conflict> journal() {
        return journal;
    }

    /** How often the peer's transaction at a position was applied. */
    int timesApplied(long position) {
        return applied.getOrDefault(position, 0);
    }

    void commitLocal(List<Change> changes, long micros) {
        log.add(new Commit(end() + COMMIT_STRIDE, micros, List.copyOf(changes), null));
        for (Change change : changes) {
            if (change instanceof Change.Truncate) {
                rows.clear();
            } else {
                write(change.key(), change.after(), false, micros);
            }
        }
    }

    /** Commits the applier's transaction: rows, marker, stored entries and journal, or nothing of it. */
    void commitApplied(ApplyTransaction transaction, Marker newMarker, Map<RowKey, WindowEntry> toStore, long micros) {
        log.add(new Commit(end() + COMMIT_STRIDE, micros, List.of(), newMarker));
        marker = newMarker;
        transaction.writes().forEach((key, image) -> write(key, image, true, micros));
        toStore.forEach((key, entry) -> {
            if (entry.changes().isEmpty()) {
                stored.remove(key);
            } else {
                stored.put(key, new EntryCodec.Decoded(entry.base(), entry.changes(), entry.lastIncoming()));
            }
        });
        journal.addAll(transaction.conflicts());
        transaction.positions().forEach(position -> applied.merge(position, 1, Integer::sum));
    }

    private void write(RowKey key, @Nullable RowImage image, boolean byApplier, long micros) {
        if (image == null) {
            rows.remove(key);
        } else {
            rows.put(key, new Row(image, byApplier, end(), micros));
        }
    }
}
