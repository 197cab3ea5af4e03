package io.gemel.apply.simulation;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.window.WindowTransaction;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The applier's open database transaction: its locks, what it would write, and how far it has come. */
final class ApplyTransaction {
    private final SimulatedDatabase database;
    private final WindowTransaction group;
    private final List<LogReader.Received> received;
    private final List<StampedChange> work = new ArrayList<>();
    private final Map<RowKey, Outcome> outcomes = new HashMap<>();
    private final Set<RowKey> locks = new HashSet<>();
    private final Map<RowKey, Long> waits = new HashMap<>();
    private final Set<RowKey> folded = new HashSet<>();
    private final List<Conflict> conflicts = new ArrayList<>();
    private final List<Change> corrections = new ArrayList<>();
    private @Nullable RowKey rivals;
    private boolean surprised;
    private boolean begun;
    private boolean tableLocked;
    private long tableWait = -1;
    private int next;

    /** What the transaction makes of a row. */
    private record Outcome(@Nullable RowImage image, boolean written) {}

    ApplyTransaction(SimulatedDatabase database, WindowTransaction group, List<LogReader.Received> received) {
        this.database = database;
        this.group = group;
        this.received = received;
        received.forEach(transaction -> work.addAll(transaction.stamped()));
    }

    WindowTransaction group() {
        return group;
    }

    /** The transactions applied together, at least one. */
    List<LogReader.Received> received() {
        return received;
    }

    boolean isAlone() {
        return received.size() == 1;
    }

    List<Long> positions() {
        return received.stream()
                .map(transaction -> transaction.header().position())
                .toList();
    }

    /** All changes, in log order; before them those of a local transaction that are to be withdrawn. */
    List<StampedChange> work() {
        return work;
    }

    /** Local transactions are void: their changes go before anything comes. */
    void withdraw(List<StampedChange> changes) {
        if (next > 0 && !changes.isEmpty()) {
            work.clear(); // of an incoming one that is void
            next = 0;
        }
        work.addAll(0, changes);
    }

    /** The incoming transaction is void: none of it is applied. */
    void skip() {
        next = work.size();
    }

    /** Nothing has been written yet. */
    boolean begun() {
        return begun;
    }

    void begin() {
        begun = true;
    }

    /** Changes decided here, to be published. */
    List<Change> corrections() {
        return corrections;
    }

    /** Two attempts at one submission have met too late. */
    void rivalsMet(RowKey claim) {
        rivals = claim;
    }

    /** The submission of which two attempts have met too late, or null. */
    @Nullable
    RowKey rivals() {
        return rivals;
    }

    /** Something was found out too late. */
    void surprise() {
        surprised = true;
    }

    boolean isSurprised() {
        return surprised;
    }

    /** The last change to a row among those applied, or null. */
    @Nullable
    StampedChange lastChange(RowKey key) {
        StampedChange last = null;
        for (StampedChange change : work) {
            boolean here = !(change.change() instanceof Change.Truncate)
                    && change.change().key().equals(key);
            last = here ? change : last;
        }
        return last;
    }

    /** The change to apply next, or null when only the commit is left. */
    @Nullable
    StampedChange current() {
        return next < work.size() ? work.get(next) : null;
    }

    void advance() {
        next++;
    }

    /** The row is more than what the incoming change says. */
    void noteFolded(RowKey key) {
        folded.add(key);
    }

    /** Keys of the rows that were noted so. */
    Set<RowKey> folded() {
        return folded;
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

    /** Keys of all items as this transaction sees them. */
    Set<RowKey> keys() {
        Set<RowKey> keys = new HashSet<>(database.keys());
        keys.addAll(outcomes.keySet());
        keys.removeIf(key -> !key.table().equals(Item.TABLE));
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
            } else if (tableLocked
                    || holds(change.key(), absentKeysAreLocked)
                    || holdsUnique(change.after())
                    || holdsReferred(change)) {
                return true;
            }
        }
        return false;
    }

    /** Has this transaction put the unique value of a row into the index? */
    private boolean holdsUnique(@Nullable RowImage row) {
        String value = row == null ? null : Item.unique(row);
        return value != null
                && outcomes.values().stream()
                        .map(Outcome::image)
                        .anyMatch(image -> image != null && value.equals(Item.unique(image)));
    }

    /** Does a row come to refer to one that this transaction may remove? */
    private boolean holdsReferred(Change change) {
        RowImage before = change.before();
        RowImage after = change.after();
        String referred = after == null ? null : Item.unique(after);
        boolean known = before != null && Objects.equals(Item.unique(before), referred);
        return referred != null && !known && locks.contains(Item.key(referred));
    }

    private boolean holds(RowKey key, boolean absentKeysAreLocked) {
        boolean absent = outcomes.containsKey(key) && image(key) == null && database.image(key) == null;
        return locks.contains(key) && (absentKeysAreLocked || !absent);
    }
}
