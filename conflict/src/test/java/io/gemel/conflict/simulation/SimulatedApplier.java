package io.gemel.conflict.simulation;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.WindowEntry;
import io.gemel.conflict.WindowGroup;
import io.gemel.transaction.Change;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    private final ApplyRule rule;
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
        RowLocks locks = new RowLocks(configuration, database, process);
        RowResolver resolver = new RowResolver(configuration, locks);
        rule = configuration.has(Setting.PLANNED)
                ? new PlannedRows(configuration, database, process, locks, resolver)
                : new RowByRow(configuration, locks, resolver);
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
            return finish(transaction, micros);
        }
        if (!rule.apply(transaction, change)) {
            return false;
        }
        transaction.advance();
        return true;
    }

    private boolean finish(ApplyTransaction transaction, long micros) {
        ApplyRule.Readiness readiness = rule.finish(transaction);
        if (readiness == ApplyRule.Readiness.COMMIT) {
            commit(transaction, micros);
        } else if (readiness == ApplyRule.Readiness.START_AGAIN) {
            restart();
        }
        return readiness != ApplyRule.Readiness.WAIT;
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
            restart();
        }
    }

    private void restart() {
        open = null;
        reader = new LogReader(peerLog, peer, database.marker(), committedOffset);
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
            ApplyTransaction transaction = new ApplyTransaction(database, new WindowGroup(process.window()), group);
            rule.opened(transaction);
            open = transaction;
        }
        return progressed;
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
        rule.committed();
        open = null;
        committedOffset = reader.takenOffset();
    }

    /**
     * Stores what only heartbeats said: how far the peer has applied this site's log. Otherwise a site whose peer never
     * writes would rebuild its window from the beginning of its log.
     *
     * @return false when there is nothing new to store, or a transaction is open
     */
    boolean storeAcknowledged(long micros) {
        Marker marker = database.marker();
        WindowGroup group = new WindowGroup(process.window());
        long peerSeen = group.peerSeen(marker.peerSeen());
        if (open != null || peerSeen == marker.peerSeen()) {
            return false;
        }
        Marker same = new Marker(marker.position(), marker.epoch(), marker.version(), peerSeen, marker.peerCommit());
        ApplyTransaction empty = new ApplyTransaction(database, group, List.of());
        Map<RowKey, WindowEntry> toStore = group.toStore(peerSeen);
        group.commit(peerSeen, () -> database.commitApplied(empty, same, toStore, micros));
        return true;
    }

    private static LogReader.Received last(ApplyTransaction transaction) {
        return transaction.received().get(transaction.received().size() - 1);
    }
}
