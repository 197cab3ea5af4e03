package io.gemel.conflict.window;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which positions changed a key, however many changes are in flight: the newest in memory, older ones in runs that are spilled.
 * A run goes when all of its positions are acknowledged. Not thread-safe: the window guards it.
 */
final class WindowPositions {
    private final WindowSpill spill;
    private final int memoryChangesMax;
    private final long filterBytesMax;
    private final Deque<SpilledRun> runs = new ArrayDeque<>(); // oldest first
    private final PositionIndex recent = new PositionIndex();
    private long lastRecent; // greatest position in memory
    private long acknowledged;
    private long spilledChanges;
    private long spilledKeys;
    private long filterBytes;

    /** @param filter null when there is no more memory for filters: then every look-up reads the run */
    private record SpilledRun(WindowSpill.Run run, @Nullable KeyFilter filter, int changes, int keys, long last) {
        long[] positions(long hash) {
            return filter == null || filter.mayContain(hash) ? run.positions(hash) : new long[0];
        }
    }

    /**
     * @param memoryChangesMax changes that are kept in memory before they are spilled
     * @param filterBytesMax memory of the filters that save most look-ups of spilled runs
     */
    WindowPositions(WindowSpill spill, int memoryChangesMax, long filterBytesMax) {
        this.spill = spill;
        this.memoryChangesMax = memoryChangesMax;
        this.filterBytesMax = filterBytesMax;
    }

    /** Changes in flight; a run counts until all of it is acknowledged. */
    long size() {
        return recent.size() + spilledChanges;
    }

    /** Keys in flight; one that was changed before and after a spill counts twice. */
    long keys() {
        return recent.keys() + spilledKeys;
    }

    /** Memory in use. */
    long bytes() {
        return recent.bytes() + filterBytes;
    }

    /** Keys that are spilled. */
    long spilledKeys() {
        return spilledKeys;
    }

    void add(long hash, long position) {
        if (recent.size() >= memoryChangesMax) {
            spill();
        }
        recent.add(hash, position);
        lastRecent = position;
    }

    private void spill() {
        long[] hashes = recent.hashes();
        boolean filtered = filterBytes + KeyFilter.bytes(hashes.length) <= filterBytesMax;
        KeyFilter filter = filtered ? new KeyFilter(hashes.length) : null;
        if (filter != null) {
            for (long hash : hashes) {
                filter.add(hash);
            }
        }
        WindowSpill.Run run = spill.store(hashes, hash -> array(recent.positions(hash)));
        filterBytes += filter == null ? 0 : KeyFilter.bytes(hashes.length);
        runs.addLast(new SpilledRun(run, filter, recent.size(), hashes.length, lastRecent));
        spilledChanges += recent.size();
        spilledKeys += hashes.length;
        recent.clear();
    }

    private static long[] array(List<Long> positions) {
        return positions.stream().mapToLong(Long::longValue).toArray();
    }

    /** Position of the latest change of a key with this hash, or 0. */
    long latest(long hash) {
        long latest = recent.latest(hash);
        for (Iterator<SpilledRun> newest = runs.descendingIterator(); latest == 0 && newest.hasNext(); ) {
            long[] positions = newest.next().positions(hash);
            latest = positions.length == 0 ? 0 : positions[positions.length - 1];
        }
        return latest > acknowledged ? latest : 0;
    }

    /** All positions kept for this hash, ascending, each once. */
    List<Long> positions(long hash) {
        TreeSet<Long> found = new TreeSet<>(recent.positions(hash));
        for (SpilledRun run : runs) {
            for (long position : run.positions(hash)) {
                found.add(position);
            }
        }
        return new ArrayList<>(found.tailSet(acknowledged, false));
    }

    /** Forgets the changes at positions up to {@code seen}. */
    void prune(long seen) {
        acknowledged = Math.max(acknowledged, seen);
        recent.prune(acknowledged);
        while (!runs.isEmpty() && runs.getFirst().last() <= acknowledged) {
            SpilledRun gone = runs.removeFirst();
            spilledChanges -= gone.changes();
            spilledKeys -= gone.keys();
            filterBytes -= gone.filter() == null ? 0 : KeyFilter.bytes(gone.keys());
            gone.run().delete();
        }
    }
}
