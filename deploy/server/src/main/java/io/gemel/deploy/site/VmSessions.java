package io.gemel.deploy.site;

import io.gemel.deploy.database.Sql;
import io.gemel.deploy.database.SqlState;
import io.gemel.deploy.status.RouterApi.Termination;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** The sessions of one VM in this database, which it marks with its name, {@code gemel-vm:<vm>}. */
final class VmSessions {
    private static final String APPLICATION = "gemel-vm:";

    /**
     * How long a session may take to end: it ends before its next statement, and a running commit is finished first.
     */
    private static final Duration END_LIMIT = Duration.ofSeconds(1);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private static final String FIND = "SELECT pid FROM pg_stat_activity"
            + " WHERE application_name = ? AND datname = current_database() AND pid <> pg_backend_pid()"
            + " AND backend_start <= clock_timestamp() - ?::bigint * interval '1 millisecond'";
    private static final String REMAINING = "SELECT count(*) FROM pg_stat_activity"
            + " WHERE application_name = ? AND datname = current_database() AND pid = ANY(?)";

    private VmSessions() {}

    /**
     * Ends a VM's sessions, and waits until they are gone: after that no work of theirs commits any more.
     *
     * @param age only sessions that began at least so long ago: a process that took the VM's name since keeps its own
     */
    static Termination terminate(Connection connection, String vm, Duration age)
            throws SQLException, InterruptedException {
        String application = APPLICATION + vm;
        List<Integer> sessions = Sql.list(connection, row -> row.getInt(1), FIND, application, age.toMillis());
        for (int session : sessions) {
            try {
                Sql.isTrue(connection, "SELECT pg_terminate_backend(?)", session);
            } catch (SQLException e) {
                if (!SqlState.of(e).equals(SqlState.INSUFFICIENT_PRIVILEGE)) {
                    throw e;
                }
                // One that may not be ended must not keep the others alive; it is counted below.
            }
        }
        long deadline = System.nanoTime() + END_LIMIT.toNanos();
        int remaining = remaining(connection, application, sessions);
        while (remaining > 0 && System.nanoTime() - deadline < 0) {
            Thread.sleep(LOOK_AGAIN.toMillis());
            remaining = remaining(connection, application, sessions);
        }
        return new Termination(
                sessions.size() - remaining,
                remaining == 0
                        ? ""
                        : remaining + " sessions of " + vm
                                + " continue: gemel check says whether Gemel's role may terminate them");
    }

    private static int remaining(Connection connection, String application, List<Integer> sessions)
            throws SQLException {
        if (sessions.isEmpty()) {
            return 0;
        }
        return Integer.parseInt(
                Sql.text(connection, REMAINING, application, connection.createArrayOf("int4", sessions.toArray())));
    }
}
