package io.gemel.apply.simulation;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.JournalEntry;
import io.gemel.apply.target.TargetRows;
import io.gemel.apply.target.TargetTransaction;
import io.gemel.apply.target.Unread;
import io.gemel.conflict.Conflict;
import io.gemel.conflict.window.SupersededNote;
import io.gemel.conflict.window.WindowEntry;
import io.gemel.transaction.Change;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A transaction of the applier in a simulated database: nothing of it is there before the commit, but for its locks. */
final class SimulatedTransaction implements TargetTransaction {
    /** What the commit is made of. */
    record Contents(
            Marker marker,
            Map<RowKey, RowImage> rows,
            List<Change> corrections,
            Map<RowKey, WindowEntry> entries,
            List<SupersededNote> voids,
            List<Conflict> journal) {}

    private final SimulatedTarget target;
    private final Configuration configuration;
    private final Marker marker;
    private final HeldLocks locks = new HeldLocks();
    private final SimulatedRows rows;
    private final List<Change> corrections = new ArrayList<>();
    private final Map<RowKey, WindowEntry> entries = new HashMap<>();
    private final List<SupersededNote> voids = new ArrayList<>();
    private final List<Conflict> journal = new ArrayList<>();
    private Turn.Order commits = Turn.Order.GO_ON;

    SimulatedTransaction(
            SimulatedTarget target,
            Configuration configuration,
            SimulatedDatabase database,
            SimulatedRows.Settled settled,
            Marker marker) {
        this.target = target;
        this.configuration = configuration;
        this.marker = marker;
        rows = new SimulatedRows(configuration, database, target::statement, settled, locks);
    }

    /** Would a local transaction with these changes have to wait for this one? */
    boolean blocks(List<Change> changes) {
        boolean forgets = configuration.has(Fault.ABSENT_KEY_NOT_LOCKED);
        return changes.stream()
                .anyMatch(change ->
                        locks.block(change, key -> forgets && rows.written().isAbsent(key))
                                || (!(change instanceof Change.Truncate)
                                        && rows.written().holdsUnique(change.after())));
    }

    @Override
    public TargetRows rows() {
        return rows;
    }

    @Override
    public Unread unreadUpTo() throws ApplyFailure {
        target.statement();
        return target.unreadUpTo();
    }

    @Override
    public void emit(List<Change> more) {
        corrections.addAll(more);
    }

    @Override
    public void note(List<SupersededNote> more) {
        voids.addAll(more);
    }

    @Override
    public void park(SiteId origin, long position, String reason, Transaction transaction, Set<RowKey> keys) {
        throw new Violation("parked: " + reason);
    }

    @Override
    public void settle(Set<RowKey> keys) {
        throw new Violation("nothing is parked of " + keys);
    }

    @Override
    public boolean endRepairs(long position) {
        return false;
    }

    @Override
    public void journal(List<JournalEntry> more) {
        more.forEach(entry -> journal.add(entry.conflict()));
    }

    /** The last chance to be interrupted: nothing may come between the commit and the window. */
    @Override
    public void store(Map<RowKey, WindowEntry> more) {
        entries.putAll(more);
        if (configuration.has(Fault.STORED_ENTRIES_OUTDATED)) {
            entries.keySet().retainAll(journal.stream().map(Conflict::key).collect(Collectors.toSet()));
        }
        commits = target.beforeCommit();
    }

    @Override
    public void commit() throws ApplyFailure {
        if (commits == Turn.Order.FAIL) {
            throw new ApplyFailure(Kind.RETRY, "the database refuses the commit");
        }
        if (commits == Turn.Order.BREAK) {
            throw new ApplyFailure(Kind.RESTART, "the connection breaks before the commit");
        }
        target.commit(new Contents(marker, rows.written().changes(), corrections, entries, voids, journal));
        if (commits == Turn.Order.LOSE_ANSWER) {
            throw new ApplyFailure(Kind.RESTART, "the connection breaks behind the commit");
        }
    }

    @Override
    public void close() {
        target.closed(this);
    }
}
