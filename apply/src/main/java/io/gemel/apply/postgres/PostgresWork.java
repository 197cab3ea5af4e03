package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A piece of work against the database. */
@FunctionalInterface
interface PostgresWork<T extends @Nullable Object> {
    T work() throws SQLException, ApplyFailure;

    /** Does the work; what goes wrong comes out classified. */
    static <T extends @Nullable Object> T run(PostgresWork<T> work) throws ApplyFailure {
        try {
            return work.work();
        } catch (SQLException e) {
            throw FailureClassifier.classify(e);
        }
    }
}
