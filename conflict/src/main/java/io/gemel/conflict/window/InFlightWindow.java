package io.gemel.conflict.window;

import io.gemel.conflict.PolicyTable;
import io.gemel.conflict.RowState;
import io.gemel.conflict.TablePolicy;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TransactionHeader;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * This site's changes that the peer is not yet known to have applied. A conflict is an incoming change to a key for
 * which the window holds a local change at a position greater than the incoming transaction's {@code seen}; nothing
 * else is.
 *
 * <p>Capture registers every local transaction as it reads it from the database's log, before it is published. The
 * applier opens a {@code WindowTransaction} for the transactions that it applies in one database transaction. For most
 * keys the window keeps only positions; a key that met a conflict gets a {@link WindowEntry} with images. Changes leave
 * after the commit of a group whose transactions had seen them.
 *
 * <p>Thread-safe: one capturing thread, one applying thread, any number of readers of metrics.
 */
public final class InFlightWindow implements AutoCloseable {
    private final SiteId local;
    private final PolicyTable policies;
    private final LocalChanges localChanges;
    private final int changesMax;

    private final WindowSpill spill;
    private final WindowPositions index;
    private final WindowEntries entries;
    private final WindowTruncates truncates = new WindowTruncates();
    private final SupersededTransactions voids;
    private final AgeSample ages = new AgeSample();
    private final RegisteredChanges registered = new RegisteredChanges();
    private long acknowledged;
    private boolean overflows;
    private boolean closed;

    /** As the other one, all in memory. */
    public InFlightWindow(SiteId local, PolicyTable policies, LocalChanges localChanges, int changesMax) {
        this(local, policies, localChanges, changesMax, WindowMemory.unbounded());
    }

    /**
     * @param changesMax local changes in flight before {@link #register} holds back the next transaction, except for
     *     those that {@link #overflow} admits
     * @param memory how much of the memory all of this may take
     */
    public InFlightWindow(
            SiteId local, PolicyTable policies, LocalChanges localChanges, int changesMax, WindowMemory memory) {
        this.local = local;
        this.policies = policies;
        this.localChanges = localChanges;
        this.changesMax = changesMax;
        spill = memory.spill();
        index = new WindowPositions(spill, memory.changesMax(), memory.filterBytesMax());
        entries = new WindowEntries(local, policies);
        voids = new SupersededTransactions(local);
    }

    /**
     * Takes in local changes as capture reads them, in log order. A transaction read again after a restart must have the
     * same position, and changes nothing here, however it is cut into parts.
     *
     * <p>Waits with a transaction while the window is full: the peer has to catch up first. Not in the middle of one, for the
     * peer cannot apply what it has not got to the end. See {@link #overflow} for the other exception.
     *
     * @param firstIndex index in its transaction of the first of {@code changes}
     * @throws java.io.UncheckedIOException when the window has to spill and cannot
     */
    public synchronized void register(TransactionHeader header, int firstIndex, List<Change> changes)
            throws InterruptedException {
        while (firstIndex == 0 && isFull() && !overflows && !closed) {
            wait();
        }
        ages.add(header);
        int at = firstIndex;
        for (Change change : changes) {
            if (registered.isNew(header.position(), at)
                    && header.position() > acknowledged
                    && !voids.contains(header.position())) {
                register(new StampedChange(header, at, change));
            }
            at++;
        }
        registered.advance(header.position(), at - 1);
    }

    private void register(StampedChange change) {
        if (change.change() instanceof Change.Park) {
            return;
        }
        if (change.change() instanceof Change.Truncate) {
            truncates.add(change);
        } else {
            index.add(change.change().key().longHash(), change.position());
        }
        entries.add(change);
    }

    /** Puts back an entry that an earlier process stored; before anything is registered. */
    public synchronized void restore(RowKey key, EntryCodec.Decoded entry) {
        entries.restore(key, entry);
    }

    /** Puts back a note that an earlier process stored; before anything is registered. */
    public synchronized void restore(SupersededNote note) {
        voids.add(note);
    }

    /** The peer has been seen to have applied this site's log up to {@code seen}; no group may be open. */
    public synchronized void acknowledge(long seen) {
        if (seen > acknowledged) {
            prune(seen);
        }
    }

    /**
     * Admits more than the limit, or no longer. Needed while the applier waits for capture, and while the window is
     * rebuilt: space is freed only after these waits.
     */
    public synchronized void overflow(boolean wanted) {
        overflows = wanted;
        notifyAll();
    }

    /** Releases a capturing thread that waits for space; the window is not used afterwards. */
    @Override
    public synchronized void close() {
        closed = true;
        spill.close();
        notifyAll();
    }

    public synchronized boolean isFull() {
        return index.size() >= changesMax;
    }

    /** Local keys in flight; about so many when some are spilled. */
    public synchronized long keys() {
        return index.keys();
    }

    /** Memory of the index, bytes. */
    public synchronized long bytes() {
        return index.bytes();
    }

    /** Those of the keys whose positions are spilled. */
    public synchronized long spilledKeys() {
        return index.spilledKeys();
    }

    /** Storage that the spilled part of the index takes, bytes. */
    public synchronized long spilledBytes() {
        return spill.bytes();
    }

    /** Version of about the oldest local change in flight, microseconds since 1970, or 0. */
    public synchronized long oldestMicros() {
        return ages.oldestMicros();
    }

    /** Position in this site's log up to which the peer has been seen to have applied it. */
    public synchronized long peerSeenPosition() {
        return acknowledged;
    }

    /** Greatest position registered so far. */
    public synchronized long registeredPosition() {
        return registered.position();
    }

    // For WindowTransaction, which runs on the applying thread

    SiteId local() {
        return local;
    }

    /** Greatest position of a local change to the key in flight, or 0; a hash may claim too much, never too little. */
    synchronized long latest(RowKey key) {
        return Math.max(index.latest(key.longHash()), truncates.latest(key.table()));
    }

    synchronized boolean hasEntry(RowKey key) {
        return entries.contains(key);
    }

    /** Keys of a table that have an entry: what an incoming truncate does to them must be remembered there. */
    synchronized Set<RowKey> entryKeys(TableId table) {
        return entries.keysOf(table);
    }

    /** About how many bytes of memory the entries take. */
    synchronized long entryBytes() {
        return entries.bytes();
    }

    /** Private copies of the keys' entries, made from this site's own changes where there is none yet; none without changes. */
    Map<RowKey, WindowEntry> copiesOfEntries(Collection<RowKey> keys) {
        Map<RowKey, WindowEntry> copies = new HashMap<>();
        Map<RowKey, List<Long>> positions = new HashMap<>();
        Map<RowKey, List<StampedChange>> emptied = new HashMap<>();
        synchronized (this) {
            for (RowKey key : keys) {
                WindowEntry entry = entries.get(key);
                if (entry != null) {
                    copies.put(key, entry.copy());
                } else if (latest(key) > 0) {
                    positions.put(key, index.positions(key.longHash()));
                    emptied.put(key, truncates.of(key.table()));
                }
            }
        }
        localChanges.read(positions).forEach((key, read) -> {
            List<StampedChange> changes = withoutVoid(read);
            List<StampedChange> truncated = emptied.getOrDefault(key, List.of());
            if (!changes.isEmpty() || !truncated.isEmpty()) {
                RowState base = RowState.settled(
                        changes.isEmpty() ? null : changes.get(0).change().before());
                WindowEntry entry = new WindowEntry(policies.policyFor(key.table()), base, changes, 0);
                truncated.forEach(entry::insert);
                copies.put(key, entry);
            }
        });
        return copies;
    }

    private synchronized List<StampedChange> withoutVoid(List<StampedChange> changes) {
        return voids.leftOutOf(changes);
    }

    /**
     * Returns whether the peer's changes of this key, with this {@code seen}, may depend on a superseded transaction of
     * its own.
     */
    synchronized boolean isUnsettled(RowKey key, long seen) {
        return voids.unsettles(key, seen);
    }

    TablePolicy policyFor(TableId table) {
        return policies.policyFor(table);
    }

    LocalChanges localChanges() {
        return localChanges;
    }

    /**
     * Entries whose stored form must be replaced at a commit with this {@code seen}, as they will be then; one without
     * changes is to be deleted.
     */
    synchronized Map<RowKey, WindowEntry> toStore(Map<RowKey, WindowEntry> touched, long seen) {
        return entries.toStore(touched, seen);
    }

    /**
     * Runs the database commit and, when it succeeded, takes the group's entries over and lets go what the peer has seen.
     * Nothing can be registered in between, so no local change falls between the two.
     */
    synchronized <E extends Exception> void commit(
            Map<RowKey, WindowEntry> touched, List<SupersededNote> notes, long seen, DatabaseCommit<E> commit)
            throws E {
        commit.run();
        notes.forEach(voids::add);
        entries.take(touched);
        prune(seen);
        entries.stored();
    }

    private void prune(long seen) {
        acknowledged = Math.max(acknowledged, seen);
        index.prune(acknowledged);
        entries.prune(acknowledged);
        voids.prune(acknowledged);
        ages.prune(acknowledged);
        if (index.size() == 0) {
            ages.clear();
        }
        truncates.prune(acknowledged);
        notifyAll();
    }

    /** The commit of the database transaction that a group belongs to. */
    @FunctionalInterface
    public interface DatabaseCommit<E extends Exception> {
        void run() throws E;
    }
}
