package io.gemel.deploy.database;

import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The row that lets the application's VMs carry out submissions at a site. It is open while it holds the time at which
 * this server started, so that a restart of the server closes it automatically.
 */
public final class Gate {
    private Gate() {}

    /** Whether VMs may work here. */
    public static boolean isOpen(Connection connection) throws SQLException {
        return Sql.isTrue(
                connection,
                "SELECT opened_for IS NOT DISTINCT FROM pg_postmaster_start_time() FROM " + GemelTable.GATE
                        + " WHERE id = 1");
    }

    /** When the server started that this connection leads to, in the form that {@link #open} takes. */
    public static String serverStart(Connection connection) throws SQLException {
        return Sql.text(connection, "SELECT extract(epoch FROM pg_postmaster_start_time())::text");
    }

    /**
     * Opens the gate, unless the server has been started again since.
     *
     * @param serverStart the start for which it was found that VMs may work here
     * @return false when it stays closed
     */
    public static boolean open(Connection connection, String serverStart) throws SQLException {
        return Sql.first(
                        connection,
                        row -> row.getInt(1),
                        "UPDATE " + GemelTable.GATE + " SET opened_for = pg_postmaster_start_time() WHERE id = 1"
                                + " AND extract(epoch FROM pg_postmaster_start_time())::text = ? RETURNING id",
                        serverStart)
                .isPresent();
    }
}
