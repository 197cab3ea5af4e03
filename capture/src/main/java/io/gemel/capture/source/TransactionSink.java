package io.gemel.capture.source;

import io.gemel.capture.api.CaptureException;

/**
 * Receives a database's log: whole transactions, one after the other, in commit order. One thread. Calls may wait for
 * space in the window or in Kafka's send buffer, and end when interrupted.
 */
public interface TransactionSink {
    /**
     * A transaction begins.
     *
     * @param id the database's, as its log has it
     * @param commitMicros its commit time by the database's clock, microseconds since 1970
     */
    void begin(long id, long commitMicros);

    /** Whether changes to replicated tables in this transaction matter at all; false once it is known to have been applied here. */
    boolean wantsLocalRows();

    void row(CapturedRow row) throws CaptureException, InterruptedException;

    /** The transaction is complete. */
    void end(long commitPosition) throws CaptureException, InterruptedException;

    /** The database's log was read up to a place between two transactions. */
    void passed(long logPosition);
}
