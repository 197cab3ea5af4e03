package io.gemel.vm;

import java.sql.Connection;

/**
 * What the application does for a submission, inside the transaction that claimed its key. It may run several times,
 * each time in a new transaction after the last one was rolled back, so it must have no effect other than what it
 * writes through the connection.
 */
@FunctionalInterface
public interface Work {
    /**
     * Does the work.
     *
     * @param connection in the transaction; committing it, rolling it back or changing its mode is rejected, closing it
     *     does nothing
     * @return 2xx or 3xx to commit, 4xx to refuse the submission, 5xx to give up this attempt
     * @throws Exception to give up this attempt, as an {@link Error} does; errors of the database are told apart by
     *     their SQLSTATE
     */
    Answer run(Connection connection) throws Exception;
}
