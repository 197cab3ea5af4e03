package io.gemel.capture.log;

import io.gemel.capture.api.CaptureException;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.TransactionHeader;

/** Puts records into this site's log, in order. One thread. */
public interface RecordPublisher {
    /**
     * Encodes a record and makes it readable as one of this site's own changes, before it is in the log.
     *
     * @param commitMicros the database's own time of its commit
     */
    Prepared prepare(LogRecord record, TransactionHeader header, long commitMicros) throws CaptureException;

    /** Sends without waiting for the acknowledgement; waits while too much is under way. */
    void send(Prepared prepared) throws CaptureException, InterruptedException;

    /**
     * Sends a part that is too large for one record in as many as it takes, never holding more than one of them. Returns when
     * it is in the log, from where it can be read back.
     *
     * @param commitMicros the database's own time of its commit
     */
    void sendInFragments(LogRecord.Part part, long commitMicros) throws CaptureException, InterruptedException;

    /**
     * A record ready to be sent.
     *
     * @param part index among the parts of its transaction, 0 for a heartbeat
     * @param clockMicros what a heartbeat says of the database's clock, or 0
     * @param commitPosition {@link TransactionHeader#UNKNOWN_COMMIT} unless it completes what was committed there
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares or changes it
    record Prepared(long position, int part, long commitPosition, long commitMicros, long clockMicros, byte[] bytes) {}
}
