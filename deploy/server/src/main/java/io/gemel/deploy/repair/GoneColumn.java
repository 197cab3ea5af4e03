package io.gemel.deploy.repair;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.database.Sql;
import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** A column that is dropped at both sites, in {@code gemel.gone_column}. */
record GoneColumn(String schema, String table, boolean present) {
    private static final String FIND = """
            SELECT n.nspname, c.relname,
                   EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = ? AND NOT a.attisdropped)
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND ? IN (format('%I.%I', n.nspname, c.relname), n.nspname || '.' || c.relname)
            """;
    private static final String PUT = """
            INSERT INTO %s (table_schema, table_name, column_name, asked_by) VALUES (?, ?, ?, ?)
            ON CONFLICT (table_schema, table_name, column_name) DO NOTHING
            """.formatted(GemelTable.GONE_COLUMN);

    /**
     * Has the site process leave the column out from its next try on.
     *
     * @param name of the table, quoted or not
     * @return what was done, for the operator
     */
    static String leaveOut(Connection connection, String name, String column, String by)
            throws SQLException, CommandException {
        List<GoneColumn> found = Sql.list(connection, GoneColumn::read, FIND, column, name);
        if (found.size() != 1) {
            throw new CommandException(
                    ExitCode.FINDING,
                    "this site has " + (found.isEmpty() ? "no" : "more than one") + " table " + name,
                    "write it as schema.table, as the reason of the halt does",
                    null);
        }
        GoneColumn gone = found.get(0);
        if (gone.present()) {
            throw new CommandException(
                    ExitCode.FINDING,
                    "table " + name + " has a column " + column + " at this site",
                    "drop it here first; a column that is there is replicated",
                    null);
        }
        try (PreparedStatement put = connection.prepareStatement(PUT)) {
            put.setString(1, gone.schema());
            put.setString(2, gone.table());
            put.setString(3, column);
            put.setString(4, by);
            put.executeUpdate();
        }
        return "done: column " + column + " of table " + name
                + " is left out of the peer's changes while this site has no such column";
    }

    private static GoneColumn read(ResultSet row) throws SQLException {
        return new GoneColumn(row.getString(1), row.getString(2), row.getBoolean(3));
    }
}
