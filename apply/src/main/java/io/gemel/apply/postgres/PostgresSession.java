package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/**
 * Runs statements on a connection, each a text with its binds. An error is a {@link StatementException}, which knows the text. Does not own
 * the connection. One thread.
 */
final class PostgresSession {
    /** How long the server may work on large values that are sent to it, until the next transaction begins. */
    private static final int LARGE_ANSWER_MILLIS_MAX = 600_000;

    private final Connection connection;
    private final boolean replans;

    PostgresSession(Connection connection) {
        this(connection, false);
    }

    private PostgresSession(Connection connection, boolean replans) {
        this.connection = connection;
        this.replans = replans;
    }

    /** What is done with a row. */
    @FunctionalInterface
    interface RowAction {
        void take(ResultSet row) throws SQLException, ApplyFailure;
    }

    /** Makes a value of a row. */
    @FunctionalInterface
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException, ApplyFailure;
    }

    /** The same session, whose statements are planned for the values of their binds each time. */
    PostgresSession replanning() {
        return new PostgresSession(connection, true);
    }

    Connection connection() {
        return connection;
    }

    /** Returns the number of rows that a statement has changed. */
    int execute(String statement, @Nullable Object... binds) throws SQLException {
        try (PreparedStatement prepared = prepare(statement, binds)) {
            prepared.execute();
            return prepared.getUpdateCount();
        } catch (SQLException e) {
            throw new StatementException(statement, e);
        }
    }

    /** Takes every row of a result. */
    void forEach(String statement, RowAction action, @Nullable Object... binds) throws SQLException, ApplyFailure {
        try (ResultSet row = query(statement, binds)) {
            while (row.next()) {
                action.take(row);
            }
        }
    }

    /** Every row of a result. */
    <T> List<T> list(String statement, RowReader<T> reader, @Nullable Object... binds)
            throws SQLException, ApplyFailure {
        List<T> all = new ArrayList<>();
        forEach(statement, row -> all.add(reader.read(row)), binds);
        return all;
    }

    /** The first row of a result; null for none. */
    <T> @Nullable T first(String statement, RowReader<T> reader, @Nullable Object... binds)
            throws SQLException, ApplyFailure {
        List<T> all = list(statement, reader, binds);
        return all.isEmpty() ? null : all.get(0);
    }

    /** The first row of a result that has one. */
    <T> T one(String statement, RowReader<T> reader, @Nullable Object... binds) throws SQLException, ApplyFailure {
        T row = first(statement, reader, binds);
        if (row == null) {
            throw new ApplyFailure(Kind.RESTART, "no row was returned by " + statement);
        }
        return row;
    }

    /** A result, as a whole in memory; the caller closes it. */
    ResultSet query(String statement, @Nullable Object... binds) throws SQLException {
        return query(0, statement, binds);
    }

    /** A result of any length, of which {@link FetchSize#ROWS} are in memory; the caller closes it. */
    ResultSet stream(String statement, @Nullable Object... binds) throws SQLException {
        return query(FetchSize.ROWS, statement, binds);
    }

    private ResultSet query(int fetchSize, String statement, @Nullable Object... binds) throws SQLException {
        PreparedStatement prepared = null;
        try {
            prepared = prepare(statement, binds);
            prepared.setFetchSize(fetchSize);
            prepared.closeOnCompletion();
            return prepared.executeQuery();
        } catch (SQLException e) {
            if (prepared != null) {
                prepared.close();
            }
            throw new StatementException(statement, e);
        }
    }

    private PreparedStatement prepare(String statement, @Nullable Object... binds) throws SQLException {
        PreparedStatement prepared = connection.prepareStatement(statement);
        try {
            if (replans) {
                prepared.unwrap(PGStatement.class).setPrepareThreshold(0);
            }
            for (int i = 0; i < binds.length; i++) {
                bind(prepared, i + 1, binds[i]);
            }
            return prepared;
        } catch (SQLException e) {
            prepared.close();
            throw e;
        }
    }

    private void bind(PreparedStatement prepared, int place, @Nullable Object value) throws SQLException {
        if (value instanceof LargeArrayLiteral large) {
            // The driver keeps a stream in a temporary file while it sends it, not in memory.
            connection.setNetworkTimeout(Runnable::run, LARGE_ANSWER_MILLIS_MAX);
            prepared.setCharacterStream(place, large.reader());
        } else {
            prepared.setObject(place, value);
        }
    }
}
