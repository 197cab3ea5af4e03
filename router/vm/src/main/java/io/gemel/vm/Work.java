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
     * @param connection in the transaction; to commit it, to roll it back or to change its mode is refused, to close it does nothing
     * @return 2xx or 3xx to commit, 4xx to reject the submission for good, 5xx to give this attempt up
     * @throws Exception to give this attempt up, as an {@link Error} does; errors of the database are told apart by their SQLSTATE
     */
    Answer run(Connection connection) throws Exception;
}
