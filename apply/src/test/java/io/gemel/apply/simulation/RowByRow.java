package io.gemel.apply.simulation;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import java.util.Objects;

/** The plain rule: lock the row, make sure that its writer is accounted for, look into the window, write. */
final class RowByRow implements ApplyRule {
    private final Configuration configuration;
    private final RowLocks locks;
    private final RowResolver resolver;

    RowByRow(Configuration configuration, RowLocks locks, RowResolver resolver) {
        this.configuration = configuration;
        this.locks = locks;
        this.resolver = resolver;
    }

    @Override
    public void opened(ApplyTransaction transaction) {}

    @Override
    public boolean apply(ApplyTransaction transaction, StampedChange incoming) {
        if (incoming.change() instanceof Change.Truncate) {
            return resolver.truncate(transaction, incoming);
        }
        RowKey key = incoming.change().key();
        if (!locks.acquire(transaction, key, incoming.change().before())) {
            return false;
        }
        RowImage row = transaction.image(key);
        boolean contested = transaction.group().contested(key, incoming.header().seen());
        if (!contested && configuration.lenient()) {
            transaction.put(key, resolver.unchecked(row, incoming), true);
        } else if (contested || !Objects.equals(row, incoming.change().before())) {
            resolver.resolve(transaction, key, incoming);
        } else {
            transaction.put(key, incoming.change().after(), true);
        }
        return true;
    }

    @Override
    public Readiness finish(ApplyTransaction transaction) {
        return Readiness.COMMIT;
    }
}
