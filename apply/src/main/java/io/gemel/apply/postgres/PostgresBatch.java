package io.gemel.apply.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One statement, run for many rows; prepared when the first one comes. */
final class PostgresBatch implements AutoCloseable {
    /** After a long separation there may be very many rows: they go in batches, of which none holds them all in memory again. */
    private static final int BATCH_ROWS = 200;

    private final Connection connection;
    private final String sql;
    private @Nullable PreparedStatement statement;
    private int rows;

    PostgresBatch(Connection connection, String sql) {
        this.connection = connection;
        this.sql = sql;
    }

    void add(List<@Nullable Object> binds) throws SQLException {
        PreparedStatement prepared = statement;
        if (prepared == null) {
            prepared = connection.prepareStatement(sql);
            statement = prepared;
        }
        int place = 1;
        for (Object bind : binds) {
            prepared.setObject(place++, bind);
        }
        prepared.addBatch();
        rows++;
        if (rows == BATCH_ROWS) {
            flush();
        }
    }

    void flush() throws SQLException {
        if (statement != null && rows > 0) {
            statement.executeBatch();
            rows = 0;
        }
    }

    @Override
    public void close() throws SQLException {
        if (statement != null) {
            statement.close();
        }
    }
}
