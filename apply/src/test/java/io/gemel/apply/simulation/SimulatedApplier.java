package io.gemel.apply.simulation;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.window.WindowEntry;
import io.gemel.conflict.window.WindowTransaction;
import io.gemel.transaction.Change;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
    private final Judge judge;
    private final Collisions collisions;
    private final Orphans orphans;
    private final ApplyRule usualRows;
    private final ApplyRule slowRows;
    private final Set<RowKey> slowKeys = new HashSet<>(); // of the attempt after a surprise
    private LogReader reader;
    private int committedOffset;
    private @Nullable ApplyTransaction open;
    private int singly; // so many of the next transactions are applied one by one
    private boolean carefully; // as for rows that collide

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
        judge = new Judge(configuration, locks, slowKeys);
        collisions = new Collisions(configuration, Sites.peerOf(peer), locks);
        orphans = new Orphans(configuration, database, Sites.peerOf(peer), locks);
        slowRows = new SlowRows(locks, resolver);
        usualRows = configuration.has(Setting.PLANNED)
                ? new PlannedRows(configuration, database, process, locks, resolver, slowKeys)
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
            return fetch(singly > 0 ? 1 : groupMax);
        }
        if (!transaction.begun()) {
            return begin(transaction);
        }
        StampedChange change = transaction.current();
        if (change == null) {
            return finish(transaction, micros);
        }
        boolean withdrawn = change.origin().equals(Sites.peerOf(peer));
        ApplyRule rule = withdrawn || carefully ? slowRows : usualRows;
        if (!rule.apply(transaction, change)) {
            return false;
        }
        RowKey rivals = transaction.rivals();
        if (rivals != null) {
            startAgain(transaction, rivals);
        } else if (transaction.isSurprised()) {
            restart();
        } else {
            transaction.advance();
        }
        return true;
    }

    /** False when capture must read on first. */
    private boolean begin(ApplyTransaction transaction) {
        if (transaction.isAlone() && !judge.open(transaction)) {
            return false;
        }
        usualRows.opened(transaction);
        transaction.begin();
        return true;
    }

    /** Two attempts at one submission have met: that must be decided before any row is written. */
    private void startAgain(ApplyTransaction transaction, RowKey rivals) {
        if (!transaction.isAlone()) {
            singly = transaction.received().size();
        } else if (!slowKeys.add(rivals)) {
            throw new Violation("two attempts at " + rivals + " were not judged");
        }
        restart();
    }

    private boolean finish(ApplyTransaction transaction, long micros) {
        ApplyRule.Readiness readiness =
                carefully ? ready(collisions.settle(transaction)) : usualRows.finish(transaction);
        if (readiness == ApplyRule.Readiness.COMMIT && !orphans.settle(transaction)) {
            readiness = ApplyRule.Readiness.WAIT;
        }
        if (readiness == ApplyRule.Readiness.COMMIT && collisions.exist(transaction)) {
            carefully = transaction.isAlone();
            singly = transaction.received().size();
            readiness = ApplyRule.Readiness.START_AGAIN;
        }
        if (readiness == ApplyRule.Readiness.COMMIT) {
            commit(transaction, micros);
        } else if (readiness == ApplyRule.Readiness.START_AGAIN) {
            restart();
        }
        return readiness != ApplyRule.Readiness.WAIT;
    }

    private static ApplyRule.Readiness ready(boolean ready) {
        return ready ? ApplyRule.Readiness.COMMIT : ApplyRule.Readiness.WAIT;
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
        WindowTransaction group = failing.group();
        try {
            group.commit(group.peerSeen(last(failing).header().seen()), () -> {
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
                process.window().acknowledge(next.header().seen());
            }
            if (!next.heartbeat()) {
                group.add(next);
            }
        }
        if (!group.isEmpty()) {
            ApplyTransaction transaction =
                    new ApplyTransaction(database, new WindowTransaction(process.window()), group);
            open = transaction;
            begin(transaction);
        }
        return progressed;
    }

    private void commit(ApplyTransaction transaction, long micros) {
        WindowTransaction group = transaction.group();
        LogReader.Received last = last(transaction);
        long peerSeen = group.peerSeen(last.header().seen());
        Version version = database.marker().version();
        for (LogReader.Received each : transaction.received()) {
            version = version.compareTo(each.header().version()) < 0
                    ? each.header().version()
                    : version;
        }
        Marker marker = new Marker(
                last.header().position(),
                last.epoch(),
                version,
                peerSeen,
                last.header().commitPosition());
        Map<RowKey, WindowEntry> toStore = group.toStore(peerSeen);
        if (configuration.has(Fault.STORED_ENTRIES_OUTDATED)) {
            toStore.keySet()
                    .retainAll(
                            transaction.conflicts().stream().map(Conflict::key).toList());
        }
        boolean byApplier = transaction.corrections().isEmpty() || configuration.has(Fault.CORRECTION_AS_APPLIER_WRITE);
        group.commit(peerSeen, () -> database.commitApplied(transaction, marker, toStore, byApplier, micros));
        slowKeys.clear();
        carefully = false;
        singly = Math.max(0, singly - 1);
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
        WindowTransaction group = new WindowTransaction(process.window());
        long peerSeen = group.peerSeen(marker.peerSeen());
        if (open != null || peerSeen == marker.peerSeen()) {
            return false;
        }
        Marker same = new Marker(marker.position(), marker.epoch(), marker.version(), peerSeen, marker.peerCommit());
        ApplyTransaction empty = new ApplyTransaction(database, group, List.of());
        Map<RowKey, WindowEntry> toStore = group.toStore(peerSeen);
        group.commit(peerSeen, () -> database.commitApplied(empty, same, toStore, true, micros));
        database.maintain();
        return true;
    }

    private static LogReader.Received last(ApplyTransaction transaction) {
        return transaction.received().get(transaction.received().size() - 1);
    }
}
