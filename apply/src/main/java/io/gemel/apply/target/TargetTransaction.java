package io.gemel.apply.target;

import io.gemel.conflict.window.SupersededNote;
import io.gemel.conflict.window.WindowEntry;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.Transaction;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One database transaction of the applier. Closing without a commit rolls back. */
public interface TargetTransaction extends AutoCloseable {
    /** Its rows. */
    TargetRows rows();

    /**
     * What capture must have read of the database's log for the window to know of every commit that wrote a row which this
     * transaction has locked.
     */
    Unread unreadUpTo() throws ApplyFailure;

    /** Hands changes that were decided here to capture, which publishes them as this site's own with this transaction's commit. */
    void emit(List<Change> corrections) throws ApplyFailure;

    /** Stores superseded transactions for a restart. */
    void note(List<SupersededNote> voids) throws ApplyFailure;

    /** Remembers a transaction, the peer's or one of this site's own, that is parked with these rows. */
    void park(SiteId origin, long position, String reason, Transaction transaction, Set<RowKey> keys)
            throws ApplyFailure;

    /** These rows are decided. */
    void settle(Set<RowKey> keys) throws ApplyFailure;

    /**
     * Forgets the rows that were offered for repair at log positions up to this one.
     *
     * @return whether any is left
     */
    boolean endRepairs(long position) throws ApplyFailure;

    void journal(List<JournalEntry> entries) throws ApplyFailure;

    /** Replaces stored window entries; one without changes is deleted. */
    void store(Map<RowKey, WindowEntry> entries) throws ApplyFailure;

    void commit() throws ApplyFailure;

    @Override
    void close();
}
