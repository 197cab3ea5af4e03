package io.gemel.deploy.repair;

import io.gemel.deploy.database.Sql;
import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * A row of {@code gemel.repair}: one at which the site is halted because it differs from the peer's.
 *
 * @param sqlName of its table, quoted where SQL needs it
 * @param plainName of its table, as the catalog spells it
 * @param here the row at this site as JSON, or "absent"
 * @param peer the row that the peer's change gives, likewise
 * @param asked whether somebody has asked for something that is still to be done
 */
record OfferedRow(
        String schema,
        String table,
        List<String> key,
        String sqlName,
        String plainName,
        String origin,
        long position,
        String here,
        String peer,
        boolean asked) {
    private static final String ALL = """
            SELECT table_schema, table_name, key, format('%%I.%%I', table_schema, table_name),
                   table_schema || '.' || table_name, origin, position,
                   coalesce(here::text, 'absent'), coalesce(peer::text, 'absent'), take IS NOT NULL
            FROM %s ORDER BY position
            """.formatted(GemelTable.REPAIR);
    private static final String ASK = """
            UPDATE %s SET take = ?, asked_by = ?, asked_at = clock_timestamp()
            WHERE table_schema = ? AND table_name = ? AND key = ? AND position = ?
            """.formatted(GemelTable.REPAIR);

    OfferedRow {
        key = List.copyOf(key);
    }

    static List<OfferedRow> list(Connection connection) throws SQLException {
        return Sql.list(connection, OfferedRow::read, ALL);
    }

    private static OfferedRow read(ResultSet row) throws SQLException {
        return new OfferedRow(
                row.getString(1),
                row.getString(2),
                List.of((String[]) row.getArray(3).getArray()),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getLong(7),
                row.getString(8),
                row.getString(9),
                row.getBoolean(10));
    }

    /** Returns whether a table's name, quoted or not, and the values of its key identify this row. */
    boolean isNamed(String name, List<String> values) {
        return (name.equals(sqlName) || name.equals(plainName)) && values.equals(key);
    }

    /** The same row at the same change. */
    boolean isSame(OfferedRow other) {
        return position == other.position && sqlName.equals(other.sqlName) && key.equals(other.key);
    }

    /** Asks the site process to repair it; false when it is not offered any more. */
    boolean ask(Connection connection, Take take, String by) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(ASK)) {
            update.setString(1, take.name());
            update.setString(2, by);
            update.setString(3, schema);
            update.setString(4, table);
            update.setArray(5, connection.createArrayOf("text", key.toArray()));
            update.setLong(6, position);
            return update.executeUpdate() == 1;
        }
    }

    @Override
    public String toString() {
        return plainName + key;
    }
}
