package io.gemel.apply.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * One column as the local catalog has it.
 *
 * @param type without its modifier
 * @param wrapped whether its values travel as text: {@code unnest} would take an array or a composite apart
 * @param fixed GENERATED ALWAYS AS IDENTITY: an insert may override its value, an update may not
 * @param toasted whether its values may be too large for a page of the table
 */
record PostgresColumn(String name, String type, boolean wrapped, boolean fixed, boolean toasted) {
    /** Of a row of the catalog. */
    static PostgresColumn of(ResultSet row) throws SQLException {
        return new PostgresColumn(
                row.getString("attname"),
                row.getString("type"),
                row.getBoolean("wrapped"),
                row.getBoolean("fixed"),
                row.getBoolean("toasted"));
    }
}
