package io.gemel.apply.simulation;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.window.EntryCodec;
import io.gemel.conflict.window.SupersededNote;
import io.gemel.transaction.Change;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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

    /** A commit in the database's own log: a local one, or with a marker one of the applier, whose changes are its corrections. */
    record Commit(
            long position,
            long micros,
            List<Change> changes,
            @Nullable Marker marker) {
        /** Does the site's log hold a transaction for it? */
        boolean isTransaction() {
            return marker == null || !changes.isEmpty();
        }
    }

    private final Map<RowKey, Row> rows = new HashMap<>();
    private final List<Commit> log = new ArrayList<>();
    private final Map<RowKey, EntryCodec.Decoded> stored = new HashMap<>();
    private final List<Conflict> journal = new ArrayList<>();
    private final Set<SupersededNote> voids = new HashSet<>();
    private final boolean unique;
    private final Map<Long, Integer> applied = new HashMap<>();
    private Marker marker;

    SimulatedDatabase(SiteId peer, List<RowImage> initial, boolean unique) {
        this.unique = unique;
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

    Set<SupersededNote> voids() {
        return voids;
    }

    /** Forgets the notes that have had their day. */
    void maintain() {
        voids.removeIf(note -> note.localPosition() <= marker.peerSeen());
    }

    /** How often the peer's transaction at a position was applied. */
    int timesApplied(long position) {
        return applied.getOrDefault(position, 0);
    }

    void commitLocal(List<Change> changes, long micros) {
        log.add(new Commit(end() + COMMIT_STRIDE, micros, List.copyOf(changes), null));
        for (Change change : changes) {
            if (change instanceof Change.Truncate) {
                rows.keySet().removeIf(key -> key.table().equals(change.table()));
            } else {
                write(change.key(), change.after(), false, micros);
            }
        }
        checkUnique();
    }

    private void checkUnique() {
        Set<String> values = new HashSet<>();
        for (Row row : unique ? rows.values() : List.<Row>of()) {
            String value = Item.unique(row.image());
            if (value != null && !values.add(value)) {
                throw new IllegalStateException("two rows have the unique value " + value);
            }
        }
    }

    /**
     * Commits the applier's transaction: rows, marker, corrections, stored entries, notes and journal.
     *
     * @param byApplier whether its rows count as written by the applier
     */
    void commitApplied(SimulatedTransaction.Contents contents, boolean byApplier, long micros) {
        Marker before = marker;
        marker = contents.marker();
        log.add(new Commit(end() + COMMIT_STRIDE, micros, List.copyOf(contents.corrections()), marker));
        if (marker.position() == before.position() && !contents.rows().isEmpty()) {
            throw new Violation("rows are written, and no transaction is applied: " + contents.rows());
        }
        contents.rows().forEach((key, image) -> write(key, image, byApplier, micros));
        checkUnique();
        voids.addAll(contents.voids());
        contents.entries().forEach((key, entry) -> {
            if (entry.changes().isEmpty()) {
                stored.remove(key);
            } else {
                stored.put(key, new EntryCodec.Decoded(entry.base(), entry.changes(), entry.lastIncoming()));
            }
        });
        journal.addAll(contents.journal());
        for (long position = Math.min(before.position(), marker.position()) + 1;
                position <= marker.position();
                position++) {
            applied.merge(position, 1, Integer::sum);
        }
    }

    private void write(RowKey key, @Nullable RowImage image, boolean byApplier, long micros) {
        if (image == null) {
            rows.remove(key);
        } else {
            rows.put(key, new Row(image, byApplier, end(), micros));
        }
    }
}
