package io.gemel.capture.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The connections of a running engine, for the moment when the server is gone and has told none of them. Thread-safe. */
final class ServerConnections {
    private volatile @Nullable Connection log;
    private volatile @Nullable Connection questions;

    /** The log comes on this one. */
    void log(Connection connection) {
        log = connection;
    }

    /** Debezium asks the server now and then on this one, and does so when it ends. */
    void questions(Connection connection) {
        questions = connection;
    }

    /** Ends both without taking leave: nobody waits for an answer any more. */
    void cutOff() {
        abort(log);
        abort(questions);
    }

    private static void abort(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                return; // it has ended already
            }
        }
    }
}
