package io.gemel.conflict.window;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Which positions changed a key, for millions of keys in flight: a ring of (hash, position, previous change of that hash) in
 * log order, and an open-addressing table from hash to the latest of them. Forty bytes a change. Two keys with one hash share
 * a chain, so a reader must look at the changes themselves before it believes a hit. Not thread-safe: the window guards it.
 */
final class PositionIndex {
    private static final int CAPACITY_MIN = 16;
    private static final long NONE = -1;

    private long[] hashes = new long[CAPACITY_MIN];
    private long[] positions = new long[CAPACITY_MIN];
    private long[] previous = new long[CAPACITY_MIN];
    private long head; // sequence number of the oldest change kept
    private long tail; // sequence number of the next change
    private long[] slots = newSlots(CAPACITY_MIN * 2); // sequence number of a hash's latest change
    private int keys;

    int size() {
        return (int) (tail - head);
    }

    int keys() {
        return keys;
    }

    long bytes() {
        return 8L * (3L * hashes.length + slots.length);
    }

    void add(long hash, long position) {
        if (size() == hashes.length) {
            growRing();
        }
        if (keys * 2 >= slots.length) {
            growSlots();
        }
        int slot = slotOf(hash);
        previous[at(tail)] = slots[slot];
        hashes[at(tail)] = hash;
        positions[at(tail)] = position;
        if (slots[slot] == NONE) {
            keys++;
        }
        slots[slot] = tail;
        tail++;
    }

    /** Position of the latest change of a key with this hash, or 0. */
    long latest(long hash) {
        long sequence = slots[slotOf(hash)];
        return sequence == NONE ? 0 : positions[at(sequence)];
    }

    /** All positions kept for this hash, ascending, each once. */
    List<Long> positions(long hash) {
        Deque<Long> found = new ArrayDeque<>();
        for (long sequence = slots[slotOf(hash)]; sequence >= head; sequence = previous[at(sequence)]) {
            long position = positions[at(sequence)];
            if (found.isEmpty() || found.getFirst() != position) {
                found.addFirst(position);
            }
        }
        return new ArrayList<>(found);
    }

    /** The hashes that there are, ascending, each once. */
    long[] hashes() {
        long[] found = new long[keys];
        int count = 0;
        for (long sequence : slots) {
            if (sequence != NONE) {
                found[count++] = hashes[at(sequence)];
            }
        }
        Arrays.sort(found);
        return found;
    }

    /** Forgets everything, but keeps its memory. */
    void clear() {
        head = tail;
        keys = 0;
        Arrays.fill(slots, NONE);
    }

    /** Forgets the changes at positions up to {@code acknowledged}. */
    void prune(long acknowledged) {
        while (head < tail && positions[at(head)] <= acknowledged) {
            int slot = slotOf(hashes[at(head)]);
            if (slots[slot] == head) {
                removeSlot(slot);
                keys--;
            }
            head++;
        }
    }

    private int at(long sequence) {
        return (int) (sequence & (hashes.length - 1));
    }

    /** The slot that holds this hash, or the free one where it belongs. */
    private int slotOf(long hash) {
        int slot = home(hash);
        while (slots[slot] != NONE && hashes[at(slots[slot])] != hash) {
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }

    private int home(long hash) {
        return (int) (hash & (slots.length - 1));
    }

    /** Closes the gap that a removal leaves, so that probing never stops too early. */
    private void removeSlot(int freed) {
        int free = freed;
        int mask = slots.length - 1;
        for (int slot = (free + 1) & mask; slots[slot] != NONE; slot = (slot + 1) & mask) {
            int wanted = home(hashes[at(slots[slot])]);
            if (((slot - wanted) & mask) >= ((slot - free) & mask)) {
                slots[free] = slots[slot];
                free = slot;
            }
        }
        slots[free] = NONE;
    }

    private void growRing() {
        int length = hashes.length * 2;
        long[] newHashes = new long[length];
        long[] newPositions = new long[length];
        long[] newPrevious = new long[length];
        for (long sequence = head; sequence < tail; sequence++) {
            int to = (int) (sequence & (length - 1));
            newHashes[to] = hashes[at(sequence)];
            newPositions[to] = positions[at(sequence)];
            newPrevious[to] = previous[at(sequence)];
        }
        hashes = newHashes;
        positions = newPositions;
        previous = newPrevious;
    }

    private void growSlots() {
        long[] old = slots;
        slots = newSlots(old.length * 2);
        for (long sequence : old) {
            if (sequence != NONE) {
                slots[slotOf(hashes[at(sequence)])] = sequence;
            }
        }
    }

    private static long[] newSlots(int length) {
        long[] empty = new long[length];
        Arrays.fill(empty, NONE);
        return empty;
    }
}
