package io.gemel.apply.simulation;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;

/** The rule for rows that may collide or are taken back: lock each, wait for capture whoever wrote it, fold. */
final class SlowRows implements ApplyRule {
    private final RowLocks locks;
    private final RowResolver resolver;

    SlowRows(RowLocks locks, RowResolver resolver) {
        this.locks = locks;
        this.resolver = resolver;
    }

    @Override
    public void opened(ApplyTransaction transaction) {}

    @Override
    public boolean apply(ApplyTransaction transaction, StampedChange change) {
        if (change.change() instanceof Change.Truncate) {
            return resolver.truncate(transaction, change);
        }
        RowKey key = change.change().key();
        if (!locks.acquireSlowly(transaction, key)) {
            return false;
        }
        resolver.resolve(transaction, key, change);
        return true;
    }

    @Override
    public Readiness finish(ApplyTransaction transaction) {
        return Readiness.COMMIT;
    }
}
