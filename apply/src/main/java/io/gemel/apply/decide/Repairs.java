package io.gemel.apply.decide;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.Divergence;
import io.gemel.apply.target.GoneColumns;
import io.gemel.apply.target.Repair;
import io.gemel.apply.target.TargetDatabase;
import io.gemel.apply.target.TargetTransaction;
import io.gemel.transaction.RowKey;
import java.util.Map;
import java.util.Optional;

/**
 * Rows that differ from the peer's, and the repairs requested for them. A row is offered when the applier halts at it;
 * the request is executed, and deleted, in the database transaction that gets past it. Applying thread only.
 */
public final class Repairs {
    private final TargetDatabase database;
    private Map<RowKey, Repair> asked = Map.of();
    private GoneColumns gone = new GoneColumns(Map.of());
    private boolean stale = true;
    private boolean offered = true; // by an earlier process, perhaps

    public Repairs(TargetDatabase database) {
        this.database = database;
    }

    /** Reads the requested repairs, outside of any transaction: at the start, and after each halt. */
    public void refresh() throws ApplyFailure {
        if (stale) {
            asked = database.repairs().asked();
        }
        if (stale || !gone.isEmpty()) { // a column may have come back
            gone = database.repairs().goneColumns();
        }
        stale = false;
    }

    /** Columns to leave out of the peer's changes. */
    public GoneColumns gone() {
        return gone;
    }

    /** What to make of a row that has diverged. */
    Optional<Repair> of(RowKey key) {
        return Optional.ofNullable(asked.get(key));
    }

    /** The applier halts at this row. */
    public void offer(Divergence divergence) throws ApplyFailure {
        database.repairs().offer(divergence);
        offered = true;
    }

    /** A repair may have been requested by now. */
    public void halted() {
        stale = true;
    }

    /** In the transaction that gets the peer's log applied up to a position: what was offered up to there has had its day. */
    public void end(TargetTransaction transaction, long position) throws ApplyFailure {
        if (offered) {
            offered = transaction.endRepairs(position);
        }
    }
}
