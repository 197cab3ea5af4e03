package io.gemel.capture.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Encoded own records that can be read back without Kafka: all that are not acknowledged yet, and the latest acknowledged ones
 * up to a size. Thread-safe: filled by the reading thread, acknowledged by Kafka's, read by the applier's.
 */
public final class RecentRecords {
    private static final byte[] ELSEWHERE = {};

    /** One part of a transaction. */
    @SuppressWarnings("ArrayRecordComponent") // compared by identity, never changed
    record Entry(long position, int part, byte[] bytes) {
        /** Returns whether the part must be read from the topic, because it is too large to be kept. */
        boolean isElsewhere() {
            return bytes.length == 0;
        }
    }

    private final long bytesMax;
    private final NavigableMap<Long, List<Entry>> byPosition = new TreeMap<>();
    private final Set<Entry> unacknowledged = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Entry> acknowledged = new ArrayDeque<>();
    private long acknowledgedBytes;

    /** @param bytesMax most bytes of acknowledged records to keep */
    public RecentRecords(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    synchronized void add(long position, int part, byte[] bytes) {
        Entry entry = new Entry(position, part, bytes);
        byPosition.computeIfAbsent(position, none -> new ArrayList<>(1)).add(entry);
        unacknowledged.add(entry);
    }

    /** A part that was read from Kafka, and may be dropped when memory is needed. */
    synchronized void addAcknowledged(long position, int part, byte[] bytes) {
        add(position, part, bytes);
        acknowledge(position, part);
    }

    /** A part that is in Kafka and too large to be kept here. */
    synchronized void addElsewhere(long position, int part) {
        addAcknowledged(position, part, ELSEWHERE);
    }

    /**
     * The part is in Kafka, so it may be dropped when memory is needed: the oldest first. Counts once, however often it
     * is reported: a heartbeat has the position of the transaction before it.
     */
    synchronized void acknowledge(long position, int part) {
        for (Entry entry : byPosition.getOrDefault(position, List.of())) {
            if (entry.part() == part && unacknowledged.remove(entry)) {
                acknowledged.add(entry);
                acknowledgedBytes += entry.bytes().length;
            }
        }
        while (acknowledgedBytes > bytesMax) {
            forget(acknowledged.remove());
        }
    }

    private void forget(Entry entry) {
        acknowledgedBytes -= entry.bytes().length;
        byPosition.computeIfPresent(entry.position(), (position, parts) -> {
            parts.remove(entry);
            return parts.isEmpty() ? null : parts;
        });
    }

    /** Parts of the transaction that are here, in order; others may be in Kafka only, see {@link #isWhole}. */
    synchronized List<Entry> partsOf(long position) {
        return List.copyOf(byPosition.getOrDefault(position, List.of()));
    }

    /** Parts of every transaction after a position that are here, in order. */
    synchronized List<Entry> partsAfter(long position) {
        List<Entry> parts = new ArrayList<>();
        byPosition.tailMap(position, false).values().forEach(parts::addAll);
        return parts;
    }

    /** Returns whether these are all parts from the first one on. */
    static boolean isWhole(List<Entry> parts) {
        return !parts.isEmpty() && parts.get(0).part() == 0 && parts.stream().noneMatch(Entry::isElsewhere);
    }
}
