package io.gemel.apply.target;

import io.gemel.transaction.RowKey;
import java.util.Map;

/** Rows at which the applier is halted, and the requested repairs, in the database. Applying thread only. */
public interface RepairStore {
    /** Requested repairs that are still to be executed. */
    Map<RowKey, Repair> asked() throws ApplyFailure;

    /** Columns that are said to be dropped at both sites, and are not here, by table. */
    GoneColumns goneColumns() throws ApplyFailure;

    /** Offers a row for repair. A request at the same log position stays. */
    void offer(Divergence divergence) throws ApplyFailure;
}
