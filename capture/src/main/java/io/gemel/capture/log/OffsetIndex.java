package io.gemel.capture.log;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Approximate offsets of log positions in the topic: an offset from which reading forward soon reaches the position.
 * Bounded by thinning out. Thread-safe.
 */
public final class OffsetIndex {
    /** Most entries kept; when there are more, every second one goes. */
    static final int ENTRIES_MAX = 16_384;

    private final NavigableMap<Long, Long> offsets = new TreeMap<>();
    private long spacing = 1;

    /** The first part of the transaction at {@code position} is at {@code offset}. Positions come in order, but may repeat. */
    synchronized void note(long position, long offset) {
        Map.Entry<Long, Long> last = offsets.lastEntry();
        if (last != null && position < last.getKey() + spacing) {
            return;
        }
        offsets.put(position, offset);
        if (offsets.size() > ENTRIES_MAX) {
            boolean[] keep = {false};
            offsets.keySet().removeIf(ignored -> keep[0] = !keep[0]);
            spacing *= 2;
        }
    }

    /** An offset at or before the one of {@code position}, or {@code otherwise} when none is known. */
    synchronized long before(long position, long otherwise) {
        Map.Entry<Long, Long> entry = offsets.floorEntry(position);
        return entry == null ? otherwise : entry.getValue();
    }
}
