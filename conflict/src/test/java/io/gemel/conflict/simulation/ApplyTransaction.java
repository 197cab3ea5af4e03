package io.gemel.conflict.simulation;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.WindowGroup;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The applier's open database transaction: its locks, what it would write, and how far it has come. */
final class ApplyTransaction {
    private final SimulatedDatabase database;
    private final WindowGroup group;
    private final List<LogReader.Received> received;
    private final List<StampedChange> work = new ArrayList<>();
    private final Map<RowKey, Outcome> outcomes = new HashMap<>();
    private final Set<RowKey> locks = new HashSet<>();
    private final Map<RowKey, Long> waits = new HashMap<>();
    private final List<Conflict> conflicts = new ArrayList<>();
    private boolean tableLocked;
    private long tableWait = -1;
    private int next;

    /** What the transaction makes of a row. */
    private record Outcome(@Nullable RowImage image, boolean written) {}

    ApplyTransaction(SimulatedDatabase database, WindowGroup group, List<LogReader.Received> received) {
        this.database = database;
        this.group = group;
        this.received = received;
        received.forEach(transaction -> work.addAll(transaction.stamped()));
    }

    WindowGroup group() {
        return group;
    }

    /** The transactions applied together, at least one. */
    List<LogReader.Received> received() {
        return received;
    }

    List<Long> positions() {
        return received.stream()
                .map(transaction -> transaction.stamp().position())
                .toList();
    }

    /** All changes, in log order. */
    List<StampedChange> work() {
        return work;
    }

    /** The change to apply next, or null when only the commit is left. */
    @Nullable
    StampedChange current() {
        return next < work.size() ? work.get(next) : null;
    }

    void advance() {
        next++;
    }

    List<Conflict> conflicts() {
        return conflicts;
    }

    @Nullable
    RowImage image(RowKey key) {
        Outcome outcome = outcomes.get(key);
        return outcome == null ? database.image(key) : outcome.image();
    }

    /** Keys whose row this transaction has already decided: nobody else can have written them since. */
    boolean decided(RowKey key) {
        return tableLocked || outcomes.containsKey(key);
    }

    /** Keys of all rows as this transaction sees them. */
    Set<RowKey> keys() {
        Set<RowKey> keys = new HashSet<>(database.keys());
        keys.addAll(outcomes.keySet());
        return keys;
    }

    void put(RowKey key, @Nullable RowImage image, boolean written) {
        boolean before = outcomes.getOrDefault(key, new Outcome(null, false)).written();
        outcomes.put(key, new Outcome(image, before || written));
    }

    /** What the commit writes: an outcome that left its row as it was is no write. */
    Map<RowKey, @Nullable RowImage> writes() {
        Map<RowKey, @Nullable RowImage> writes = new HashMap<>();
        outcomes.forEach((key, outcome) -> {
            if (outcome.written()) {
                writes.put(key, outcome.image());
            }
        });
        return writes;
    }

    void lock(RowKey key) {
        locks.add(key);
    }

    void lockTable() {
        tableLocked = true;
    }

    boolean waits(RowKey key) {
        return waits.containsKey(key);
    }

    /** The commit position that capture must have read before the key may be decided: the log's end at the first ask. */
    long wait(RowKey key) {
        return waits.computeIfAbsent(key, first -> database.end());
    }

    long tableWait() {
        if (tableWait < 0) {
            tableWait = database.end();
        }
        return tableWait;
    }

    /** Would a local transaction with these changes have to wait for this one? */
    boolean blocks(List<Change> changes, boolean absentKeysAreLocked) {
        for (Change change : changes) {
            if (change instanceof Change.Truncate) {
                if (tableLocked || !locks.isEmpty()) {
                    return true;
                }
            } else if (tableLocked || holds(change.key(), absentKeysAreLocked)) {
                return true;
            }
        }
        return false;
    }

    private boolean holds(RowKey key, boolean absentKeysAreLocked) {
        boolean absent = outcomes.containsKey(key) && image(key) == null && database.image(key) == null;
        return locks.contains(key) && (absentKeysAreLocked || !absent);
    }
}
