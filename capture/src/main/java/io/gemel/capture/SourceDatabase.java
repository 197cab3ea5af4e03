package io.gemel.capture;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** A database engine as capture sees it: everything that knows SQL dialects and places in a database's own log is behind this. */
interface SourceDatabase extends AutoCloseable {
    /** Start value for a log that holds no transaction yet: begin wherever the database stands ready to. */
    long NOTHING_PUBLISHED = 0;

    /**
     * Makes sure that reading on from a commit position loses nothing, and that nobody else is reading. Creates nothing.
     *
     * @param published commit positions of the log's last records, the last one last; none for an empty log
     * @throws CaptureException HALT with the mend when something would be lost
     */
    void check(List<Long> published) throws CaptureException, InterruptedException;

    /**
     * Starts reading behind a commit position and returns when the database sends its log.
     *
     * @param published commit position of the log's last record, or {@link #NOTHING_PUBLISHED}
     * @param sink receives the transactions, on a thread of this object
     * @param acknowledged up to where the database may forget its log; asked again and again
     * @param failed told when reading has ended by itself
     */
    void start(long published, TransactionSink sink, LongSupplier acknowledged, Consumer<CaptureException> failed)
            throws CaptureException, InterruptedException;

    /** Ends reading, lets go of the database's log, and returns when no thread is left. Never throws. */
    @Override
    void close();
}
