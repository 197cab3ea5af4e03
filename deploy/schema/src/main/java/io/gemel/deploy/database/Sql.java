package io.gemel.deploy.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Short queries over JDBC. Arguments are bound in order; every query is a transaction of its own on an auto-committing connection. */
public final class Sql {
    private Sql() {}

    /** Reads the row a result set stands on. */
    @FunctionalInterface
    public interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Every row of a query. */
    public static <T> List<T> list(Connection connection, RowReader<T> reader, String query, Object... arguments)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setObject(i + 1, arguments[i]);
            }
            List<T> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    rows.add(reader.read(result));
                }
            }
            return rows;
        }
    }

    /** The first row of a query, if it has one. */
    public static <T> Optional<T> first(Connection connection, RowReader<T> reader, String query, Object... arguments)
            throws SQLException {
        return list(connection, reader, query, arguments).stream().findFirst();
    }

    /** The one text a query always gives, for example a setting's value. */
    public static String text(Connection connection, String query, Object... arguments) throws SQLException {
        return first(connection, row -> row.getString(1), query, arguments).orElse("");
    }

    /** The one truth value a query always gives. */
    public static boolean isTrue(Connection connection, String query, Object... arguments) throws SQLException {
        return first(connection, row -> row.getBoolean(1), query, arguments).orElse(false);
    }
}
