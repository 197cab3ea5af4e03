package io.gemel.conflict.window;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.Resolution;
import io.gemel.conflict.RowState;
import io.gemel.conflict.SubmissionLedger;
import io.gemel.conflict.TablePolicy;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The window as seen by one database transaction of the applier: private copies of the entries it touches, which become the
 * window's at the commit and are forgotten by a rollback. Applying thread only.
 *
 * <p>The caller must hold the lock of a row (or of an absent key) and know that capture has read every local commit that
 * wrote it before it asks {@link #resolve} about that key.
 */
public final class WindowTransaction {
    private final InFlightWindow window;
    private final Map<RowKey, WindowEntry> touched = new HashMap<>();
    private long touchedBytes;
    private final List<SupersededNote> voids = new ArrayList<>();
    private final Map<RowKey, @Nullable WindowEntry> loaded = new HashMap<>(); // null: nothing is in flight

    /** Opens a view for transactions that are applied together. One at a time. */
    public WindowTransaction(InFlightWindow window) {
        this.window = window;
    }

    /**
     * Returns whether an incoming transaction with this {@code seen} may be concurrent with a local change to the key.
     * If not, the row must be the change's before image and becomes its after image, without asking {@link #resolve}.
     */
    public boolean contested(RowKey key, long seen) {
        return touched.containsKey(key) || window.hasEntry(key) || window.latest(key) > seen;
    }

    /**
     * Gets what is in flight of these keys ready for {@link #resolve}, in one go. Optional, but far cheaper than key by key.
     * The keys must be locked, and capture must have read what was committed before.
     */
    public void load(Set<RowKey> keys) {
        Set<RowKey> wanted = new HashSet<>(keys);
        wanted.removeAll(touched.keySet());
        Map<RowKey, WindowEntry> copies = window.copiesOfEntries(wanted);
        wanted.forEach(key -> loaded.put(key, copies.get(key)));
    }

    /** Decides what an incoming insert, update or delete makes of its row, and remembers it in the entry. */
    public Resolution resolve(StampedChange incoming, @Nullable RowImage current) {
        return resolve(incoming.change().key(), incoming, current);
    }

    /** As {@link #resolve(StampedChange, RowImage)}, for a truncate seen as the delete of one key. */
    public Resolution resolve(RowKey key, StampedChange incoming, @Nullable RowImage current) {
        WindowEntry entry = entry(key);
        boolean unsettled = window.isUnsettled(key, incoming.header().seen());
        if (entry == null) {
            RowImage outcome = unsettled
                    ? policyFor(key.table())
                            .fold(RowState.settled(current), incoming)
                            .image()
                    : incoming.change().after();
            return new Resolution(
                    outcome, List.of(), unsettled, unsettled ? null : mismatch(incoming.change(), current));
        }
        List<Conflict> conflicts = entry.conflicts(window.local(), key, incoming);
        String divergence = unsettled && conflicts.isEmpty() ? null : divergence(entry, conflicts, incoming, current);
        long before = bytesTouched(key);
        entry.insertIncoming(incoming);
        touch(key, entry, before);
        boolean contested = unsettled || !conflicts.isEmpty();
        conflicts.removeIf(WindowTransaction::isBothReleases);
        return new Resolution(entry.outcome().image(), conflicts, contested, divergence);
    }

    private long bytesTouched(RowKey key) {
        WindowEntry known = touched.get(key);
        return known == null ? 0 : known.bytes();
    }

    private void touch(RowKey key, WindowEntry entry, long before) {
        loaded.remove(key);
        touched.put(key, entry);
        touchedBytes += entry.bytes() - before;
    }

    /** About how many bytes of memory all entries take, with those that this group has touched so far. */
    public long bytes() {
        return window.entryBytes() + touchedBytes;
    }

    /** Rows that this group has touched so far, of which changes are in flight. */
    public int touchedRows() {
        return touched.size();
    }

    /** Both sites decided the same: nothing to tell a person. */
    private static boolean isBothReleases(Conflict pair) {
        return pair.local().change() instanceof Change.Release
                && pair.incoming().change() instanceof Change.Release;
    }

    private static @Nullable String divergence(
            WindowEntry entry, List<Conflict> conflicts, StampedChange incoming, @Nullable RowImage current) {
        // Where a row was taken from the peer, the peer may have gone on from what it had made of a change of ours.
        boolean asTheFoldHasIt = !conflicts.isEmpty() || entry.continued(incoming) > 0;
        return asTheFoldHasIt ? mismatch(entry, current) : mismatch(incoming.change(), current);
    }

    private static @Nullable String mismatch(WindowEntry entry, @Nullable RowImage current) {
        RowImage expected = entry.outcome().image();
        return Objects.equals(expected, current)
                ? null
                : "the row is " + told(current) + " but its changes give " + told(expected);
    }

    private static @Nullable String mismatch(Change incoming, @Nullable RowImage current) {
        boolean whatever = incoming instanceof Change.Truncate || incoming instanceof Change.Settle;
        if (whatever || Objects.equals(incoming.before(), current)) {
            return null;
        }
        return "the row is " + told(current) + " but was " + told(incoming.before())
                + " at the peer, although no local change is concurrent";
    }

    private static String told(@Nullable RowImage image) {
        return image == null ? "absent" : image.toString();
    }

    /**
     * The change in flight that a row owes its state to, or null when the peer has been seen to have applied all of them. The
     * same conditions as for {@link #resolve}.
     */
    public @Nullable StampedChange latestChange(RowKey key) {
        WindowEntry entry = entry(key);
        return entry == null ? null : entry.latest();
    }

    private @Nullable WindowEntry entry(RowKey key) {
        if (!touched.containsKey(key) && !loaded.containsKey(key)) {
            load(Set.of(key));
        }
        return touched.getOrDefault(key, loaded.get(key));
    }

    /**
     * This site's claims of the submission that an incoming transaction claims, too, without having seen them, in their order: more than one
     * when earlier attempts were declined. Empty when the change claims nothing. The same conditions as for {@link #resolve}.
     */
    public List<StampedChange> rivalsOf(StampedChange claim) {
        WindowEntry entry =
                SubmissionLedger.isClaim(claim.change()) ? entry(claim.change().key()) : null;
        if (entry == null) {
            return List.of();
        }
        return entry.changes().stream()
                .filter(change -> change.origin().equals(window.local())
                        && change.position() > claim.header().seen()
                        && SubmissionLedger.isClaim(change.change()))
                .toList();
    }

    /** See {@link LocalChanges#transaction}. */
    public List<StampedChange> localTransaction(long position, long bytesMax) {
        return window.localChanges().transaction(position, bytesMax);
    }

    /**
     * Removes a superseded local transaction's changes of a row from the row's fold. The same conditions as for {@link
     * #resolve}.
     *
     * @param change one of them
     */
    public Resolution withdraw(StampedChange change, @Nullable RowImage current) {
        RowKey key = change.change().key();
        WindowEntry entry = entry(key);
        if (entry == null) {
            throw new IllegalStateException("nothing is in flight of " + key + ", but " + change);
        }
        String divergence = mismatch(entry, current);
        long before = bytesTouched(key);
        entry.withdraw(change.origin(), change.position());
        touch(key, entry, before);
        return new Resolution(entry.outcome().image(), List.of(), true, divergence);
    }

    /** From the commit on the transaction is void. */
    public void noteVoid(SupersededNote note) {
        voids.add(note);
    }

    /** Notes to be stored in the same database transaction. */
    public List<SupersededNote> voids() {
        return List.copyOf(voids);
    }

    /** The policy of a table. */
    public TablePolicy policyFor(TableId table) {
        return window.policyFor(table);
    }

    /** This site. */
    public SiteId local() {
        return window.local();
    }

    /**
     * Keys of a table that an incoming truncate with this {@code seen} must be resolved against one by one.
     *
     * @param most keys in flight that are looked up; one more means that there are more
     */
    public Set<RowKey> contestedKeys(TableId table, long seen, int most) {
        Set<RowKey> keys = new HashSet<>(window.localChanges().keysAfter(table, seen, most));
        keys.addAll(window.entryKeys(table));
        touched.keySet().stream().filter(key -> key.table().equals(table)).forEach(keys::add);
        return keys;
    }

    /**
     * How far the peer will have been seen to have applied this site's log after a commit of transactions whose greatest
     * {@code seen} is this: the value for the marker, for {@link #toStore} and for {@link #commit}.
     */
    public long peerSeen(long seen) {
        return Math.max(seen, window.peerSeenPosition());
    }

    /**
     * Entries whose stored form must be replaced in the same database transaction, as they will be after the commit; one
     * without changes is to be deleted.
     */
    public Map<RowKey, WindowEntry> toStore(long peerSeen) {
        return window.toStore(touched, peerSeen);
    }

    /** Commits the database transaction and the group together. */
    public <E extends Exception> void commit(long peerSeen, InFlightWindow.DatabaseCommit<E> databaseCommit) throws E {
        window.commit(touched, voids, peerSeen, databaseCommit);
    }
}
