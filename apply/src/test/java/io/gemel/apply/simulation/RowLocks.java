package io.gemel.apply.simulation;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lock first, then look: takes a row's lock and says whether every local commit that wrote the row is in the window. Fast when
 * the row's writer is the applier or known to capture; otherwise capture must read the database's log up to now.
 */
final class RowLocks {
    /** What the planted commit-time rule allows the clock to err, microseconds. */
    private static final long MARGIN_MICROS = 10;

    private final Configuration configuration;
    private final SimulatedDatabase database;
    private final SiteProcess process;

    RowLocks(Configuration configuration, SimulatedDatabase database, SiteProcess process) {
        this.configuration = configuration;
        this.database = database;
        this.process = process;
    }

    /** Locks a row; false when capture must read on before it may be decided. */
    boolean acquire(ApplyTransaction transaction, RowKey key, @Nullable RowImage incomingBefore) {
        transaction.lock(key);
        if (transaction.decided(key)) {
            return true;
        }
        SimulatedDatabase.Row row = database.row(key);
        if (row != null && !transaction.waits(key) && isAccountedFor(row, incomingBefore)) {
            return true;
        }
        return process.progress().commitPosition() >= transaction.wait(key);
    }

    /** The same without a look at the row's writer. */
    boolean acquireSlowly(ApplyTransaction transaction, RowKey key) {
        transaction.lock(key);
        return transaction.decided(key) || process.progress().commitPosition() >= transaction.wait(key);
    }

    /** The same for a whole table. */
    boolean acquireTable(ApplyTransaction transaction) {
        transaction.lockTable();
        return process.progress().commitPosition() >= transaction.tableWait();
    }

    private boolean isAccountedFor(SimulatedDatabase.Row row, @Nullable RowImage incomingBefore) {
        if (configuration.has(Setting.ALWAYS_SLOW)) {
            return false;
        }
        if (configuration.has(Fault.FAST_PATH_BY_COMMIT_TIME)) {
            return row.byApplier() || row.micros() < process.readMicros() - MARGIN_MICROS;
        }
        if (configuration.has(Fault.FAST_PATH_BY_BEFORE_IMAGE)) {
            return Objects.equals(row.image(), incomingBefore);
        }
        return row.byApplier() || row.commit() <= process.progress().commitPosition();
    }
}
