package io.gemel.apply.simulation;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The rule that suits statements over many rows: fix the horizon, look into the window before any lock is taken, and write
 * what was not contested with a condition: the row is the before image and its writer is accounted for by that horizon. What
 * the condition leaves alone goes the slow way. A key to insert has no writer to ask, so it is looked up again at the end.
 */
final class PlannedRows implements ApplyRule {
    private final Configuration configuration;
    private final SimulatedDatabase database;
    private final SiteProcess process;
    private final RowLocks locks;
    private final RowResolver resolver;
    private final Set<RowKey> fast = new HashSet<>();
    private final Map<RowKey, Long> seenOfInserts = new HashMap<>();
    private final Set<RowKey> surprises;
    private long horizon;
    private long endAtFinish;

    /** @param surprises where keys go that turn out to be contested too late: the next attempt at them is a slow one */
    PlannedRows(
            Configuration configuration,
            SimulatedDatabase database,
            SiteProcess process,
            RowLocks locks,
            RowResolver resolver,
            Set<RowKey> surprises) {
        this.configuration = configuration;
        this.database = database;
        this.process = process;
        this.locks = locks;
        this.resolver = resolver;
        this.surprises = surprises;
    }

    @Override
    public void opened(ApplyTransaction transaction) {
        fast.clear();
        seenOfInserts.clear();
        endAtFinish = -1;
        horizon = process.progress().commitPosition();
        Set<RowKey> known = new HashSet<>();
        for (StampedChange change : transaction.work()) {
            if (change.change() instanceof Change.Truncate) {
                return;
            }
            RowKey key = change.change().key();
            boolean withdrawn = change.origin().equals(transaction.group().local());
            if (known.add(key)
                    && !withdrawn
                    && !surprises.contains(key)
                    && !transaction.group().contested(key, change.header().seen())) {
                fast.add(key);
            }
        }
    }

    @Override
    public boolean apply(ApplyTransaction transaction, StampedChange incoming) {
        if (incoming.change() instanceof Change.Truncate) {
            return truncate(transaction, incoming);
        }
        RowKey key = incoming.change().key();
        if (fast.contains(key) && writes(transaction, key, incoming)) {
            return true;
        }
        fast.remove(key);
        if (!locks.acquireSlowly(transaction, key)) {
            return false;
        }
        resolver.resolve(transaction, key, incoming);
        return true;
    }

    /** What was inserted before must be looked up again first: it may not be what the changes of its key give. */
    private boolean truncate(ApplyTransaction transaction, StampedChange incoming) {
        Readiness readiness =
                configuration.has(Fault.TRUNCATED_BEFORE_LOOKED_UP) ? Readiness.COMMIT : finish(transaction);
        if (readiness == Readiness.WAIT) {
            return false;
        }
        if (readiness == Readiness.START_AGAIN) {
            transaction.surprise();
            return true;
        }
        fast.clear();
        return resolver.truncate(transaction, incoming);
    }

    /** One conditional statement. */
    private boolean writes(ApplyTransaction transaction, RowKey key, StampedChange incoming) {
        SimulatedDatabase.Row row = database.row(key);
        boolean first = !transaction.decided(key);
        long settledUpTo = configuration.has(Fault.HORIZON_AFTER_THE_PLAN)
                ? process.progress().commitPosition()
                : horizon;
        boolean settled = !first || row == null || row.byApplier() || row.commit() <= settledUpTo;
        if (!settled
                || !Objects.equals(transaction.image(key), incoming.change().before())) {
            return false;
        }
        if (first && row == null) {
            if (incoming.change().after() == null) {
                return false;
            }
            seenOfInserts.put(key, incoming.header().seen());
        }
        transaction.lock(key);
        transaction.put(key, incoming.change().after(), true);
        return true;
    }

    @Override
    public Readiness finish(ApplyTransaction transaction) {
        if (seenOfInserts.isEmpty() || configuration.has(Fault.INSERT_LOOKED_UP_ONCE)) {
            return Readiness.COMMIT;
        }
        if (endAtFinish < 0) {
            endAtFinish = database.end();
        }
        if (process.progress().commitPosition() < endAtFinish) {
            return Readiness.WAIT;
        }
        boolean surprised = false;
        for (Map.Entry<RowKey, Long> insert : seenOfInserts.entrySet()) {
            if (transaction.group().contested(insert.getKey(), insert.getValue())) {
                surprises.add(insert.getKey());
                surprised = true;
            }
        }
        return surprised ? Readiness.START_AGAIN : Readiness.COMMIT;
    }
}
