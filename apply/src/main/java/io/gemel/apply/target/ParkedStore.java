package io.gemel.apply.target;

import io.gemel.transaction.RowKey;
import io.gemel.transaction.Transaction;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parked transactions in the database. Applying thread only. */
public interface ParkedStore {
    /** What a person wants done with a parked transaction and all that hangs together with it. */
    enum Decision {
        /** The rows become what the parked transactions make of them. */
        RETRY,
        /** The rows stay as they are here. */
        DISCARD
    }

    /** Rows that are undecided, by the number of the parked transaction. */
    Map<Long, Set<RowKey>> rows() throws ApplyFailure;

    /** Transactions with these numbers, in the order in which they were parked; of this site's own only what the peer said of them. */
    List<Transaction> transactions(Set<Long> ids) throws ApplyFailure;

    /** What was decided and is still to be done. */
    Map<Long, Decision> decisions() throws ApplyFailure;

    /** Reverts a decision that could not be executed, and records why. */
    void refuse(long id, String problem) throws ApplyFailure;
}
