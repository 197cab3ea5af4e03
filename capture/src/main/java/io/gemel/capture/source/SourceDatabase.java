package io.gemel.capture.source;

import io.gemel.capture.api.CaptureException;
import io.gemel.transaction.LogOwner;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Capture's interface to a database engine: everything that depends on SQL dialects and positions in a database's own
 * log is behind this.
 */
public interface SourceDatabase extends AutoCloseable {
    /** A commit position as the database's own tools print it. */
    String print(long commitPosition);

    /**
     * Identifies the database. Only reads.
     *
     * @throws CaptureException RETRY while the database takes no writes, HALT when it is the peer's
     */
    LogOwner identify() throws CaptureException;

    /**
     * Whether the database holds the seal of the process that wrote the log's last record, and so all that was committed when that
     * process ended, whatever became of the server since. Only reads.
     *
     * @param published the end of the log
     */
    boolean isSealed(Published published) throws CaptureException;

    /**
     * Checks what {@link #check} would, as far as possible beside a running reader. Only reads.
     *
     * @param published the end of the log
     */
    void examine(Published published) throws CaptureException;

    /**
     * Judges whether the slot is lost that knew what is not published yet, or the publication that it is read through. Only reads.
     *
     * @param published the end of the log
     */
    void examineSlot(Published published) throws CaptureException;

    /**
     * Makes sure that reading on from a commit position loses nothing, and that no other process is reading. Creates
     * nothing.
     *
     * @param published the end of the log
     * @throws CaptureException HALT with the fix when something would be lost
     */
    void check(Published published) throws CaptureException;

    /**
     * Starts reading behind a commit position and returns when the database sends its log.
     *
     * @param published commit position of the log's last record, or {@link Published#NOTHING}
     * @param sink receives the transactions, on a thread of this object
     * @param acknowledged up to where the database may forget its log; asked again and again
     * @param failed told when reading has ended by itself
     */
    void start(long published, TransactionSink sink, LongSupplier acknowledged, Consumer<CaptureException> failed)
            throws CaptureException, InterruptedException;

    /** It has vanished: ends reading without a word to it, and lets {@link #close} ask nothing of it. Any thread, at once. */
    void abandon();

    /** Ends reading, lets go of the database's log, and returns when no thread is left. Never throws. */
    @Override
    void close();
}
