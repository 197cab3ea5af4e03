package io.gemel.capture.postgres;

import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Questions about Gemel's own tables in the source database, which may be of an earlier release or not prepared at all. Only reads. */
final class PostgresOwn {
    private PostgresOwn() {}

    /** Whether the database has this table. */
    static boolean has(Connection connection, GemelTable table) throws SQLException {
        return isTrue(connection, "SELECT to_regclass(?) IS NOT NULL", table.toString());
    }

    /** What a query for one boolean gives; false for no row. */
    static boolean isTrue(Connection connection, String query, String... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setString(i + 1, arguments[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }
}
