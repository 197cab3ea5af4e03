package io.gemel.conflict.simulation;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.Resolution;
import io.gemel.conflict.WindowEntry;
import io.gemel.conflict.WindowGroup;
import io.gemel.transaction.Change;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One run of the applier. Each step is small, so that local transactions slip in between: open a database transaction for the
 * next few incoming ones, decide one change, commit.
 */
final class SimulatedApplier {
    private final Configuration configuration;
    private final SimulatedDatabase database;
    private final SiteProcess process;
    private final SimulatedLog peerLog;
    private final SiteId peer;
    private final RowLocks locks;
    private LogReader reader;
    private int committedOffset;
    private @Nullable ApplyTransaction open;

    SimulatedApplier(
            Configuration configuration,
            SimulatedDatabase database,
            SiteProcess process,
            SimulatedLog peerLog,
            SiteId peer) {
        this.configuration = configuration;
        this.database = database;
        this.process = process;
        this.peerLog = peerLog;
        this.peer = peer;
        locks = new RowLocks(configuration, database, process);
        reader = new LogReader(peerLog, peer, database.marker(), 0);
    }

    /**
     * One step.
     *
     * @param groupMax most transactions to apply together when this step opens a database transaction
     * @return false when there is nothing to do or capture must read on first
     */
    boolean step(int groupMax, long micros) {
        ApplyTransaction transaction = open;
        if (transaction == null) {
            return fetch(groupMax);
        }
        StampedChange change = transaction.current();
        if (change == null) {
            commit(transaction, micros);
            return true;
        }
        if (!apply(transaction, change)) {
            return false;
        }
        transaction.advance();
        return true;
    }

    boolean blocks(List<Change> changes) {
        return open != null && open.blocks(changes, !configuration.has(Fault.ABSENT_KEY_NOT_LOCKED));
    }

    /** A deadlock, a failed commit: the transaction is gone, the process is not. */
    void rollback() {
        if (open != null) {
            ApplyTransaction failing = open;
            if (failing.current() == null) {
                failCommit(failing);
            }
            open = null;
            reader = new LogReader(peerLog, peer, database.marker(), committedOffset);
        }
    }

    private static void failCommit(ApplyTransaction failing) {
        WindowGroup group = failing.group();
        try {
            group.commit(group.peerSeen(last(failing).stamp().seen()), () -> {
                throw new Violation("the database refuses the commit");
            });
        } catch (Violation expected) {
            return;
        }
        throw new IllegalStateException("a failed commit went unnoticed");
    }

    private boolean fetch(int groupMax) {
        boolean progressed = false;
        List<LogReader.Received> group = new ArrayList<>();
        for (LogReader.Received next = reader.peek(); next != null && group.size() < groupMax; next = reader.peek()) {
            if (next.heartbeat() && !group.isEmpty()) {
                break;
            }
            reader.take();
            progressed = true;
            if (next.heartbeat() || configuration.has(Fault.PRUNED_BEFORE_COMMIT)) {
                process.window().acknowledge(next.stamp().seen());
            }
            if (!next.heartbeat()) {
                group.add(next);
            }
        }
        if (!group.isEmpty()) {
            open = new ApplyTransaction(database, new WindowGroup(process.window()), group);
        }
        return progressed;
    }

    private boolean apply(ApplyTransaction transaction, StampedChange incoming) {
        if (incoming.change() instanceof Change.Truncate) {
            return truncate(transaction, incoming);
        }
        RowKey key = incoming.change().key();
        if (!locks.acquire(transaction, key, incoming.change().before())) {
            return false;
        }
        if (transaction.group().contested(key, incoming.stamp().seen())) {
            resolve(transaction, key, incoming);
            return true;
        }
        RowImage row = transaction.image(key);
        if (!configuration.lenient() && !Objects.equals(row, incoming.change().before())) {
            throw new Violation(incoming + " meets " + Item.show(row) + " although nothing local is concurrent");
        }
        transaction.put(
                key,
                configuration.lenient()
                        ? unchecked(row, incoming)
                        : incoming.change().after(),
                true);
        return true;
    }

    /** What an applier that looks at nothing makes of a row. */
    private @Nullable RowImage unchecked(@Nullable RowImage row, StampedChange incoming) {
        return new OracleFold(configuration)
                .step(OracleFold.State.of(row), incoming)
                .image();
    }

    private void resolve(ApplyTransaction transaction, RowKey key, StampedChange incoming) {
        RowImage row = transaction.image(key);
        Resolution resolution = transaction.group().resolve(key, incoming, row);
        if (!configuration.lenient() && resolution.divergence() != null) {
            throw new Violation(key + ": " + resolution.divergence());
        }
        transaction.conflicts().addAll(resolution.conflicts());
        RowImage outcome = resolution.outcome();
        if (configuration.has(Fault.PAIRWISE_RESOLUTION)) {
            outcome = resolution.conflicts().isEmpty()
                    ? unchecked(row, incoming)
                    : new PairwiseResolution(configuration).resolve(row, resolution.conflicts());
        }
        transaction.put(key, outcome, !Objects.equals(outcome, row));
    }

    /** A truncate: the contested keys one by one, every other row goes. */
    private boolean truncate(ApplyTransaction transaction, StampedChange incoming) {
        if (!locks.acquireTable(transaction)) {
            return false;
        }
        Set<RowKey> contested =
                transaction.group().contestedKeys(Item.TABLE, incoming.stamp().seen());
        contested.forEach(key -> resolve(transaction, key, incoming));
        for (RowKey key : transaction.keys()) {
            if (!contested.contains(key)) {
                transaction.put(key, null, true);
            }
        }
        return true;
    }

    private void commit(ApplyTransaction transaction, long micros) {
        WindowGroup group = transaction.group();
        LogReader.Received last = last(transaction);
        long peerSeen = group.peerSeen(last.stamp().seen());
        Version version = database.marker().version();
        for (LogReader.Received each : transaction.received()) {
            version =
                    version.compareTo(each.stamp().version()) < 0 ? each.stamp().version() : version;
        }
        Marker marker = new Marker(
                last.stamp().position(),
                last.epoch(),
                version,
                peerSeen,
                last.stamp().commitPosition());
        Map<RowKey, WindowEntry> toStore = group.toStore(peerSeen);
        if (configuration.has(Fault.STORED_ENTRIES_OUTDATED)) {
            toStore.keySet()
                    .retainAll(
                            transaction.conflicts().stream().map(Conflict::key).toList());
        }
        group.commit(peerSeen, () -> database.commitApplied(transaction, marker, toStore, micros));
        open = null;
        committedOffset = reader.takenOffset();
    }

    private static LogReader.Received last(ApplyTransaction transaction) {
        return transaction.received().get(transaction.received().size() - 1);
    }
}
