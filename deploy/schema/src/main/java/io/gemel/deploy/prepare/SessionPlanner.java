package io.gemel.deploy.prepare;

import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/** What the site's role may know of other sessions, which it names when they are in the applier's way, and whether it may end them. */
final class SessionPlanner implements Planner {
    private static final String HAS_ROLE = "SELECT pg_has_role(?, ?, 'USAGE')";

    @Override
    public void plan(Connection connection, Target target, Plan plan) throws SQLException {
        require(
                connection,
                target,
                plan,
                "pg_read_all_stats",
                "may not see the activity of a session that holds a lock");
        if (!target.config().limits().applyLockKillAfter().isZero()) {
            require(connection, target, plan, "pg_signal_backend", "may not terminate a session that holds a lock");
        }
    }

    private static void require(Connection connection, Target target, Plan plan, String role, String problem)
            throws SQLException {
        String user = target.config().database().user();
        if (!Sql.isTrue(connection, HAS_ROLE, user, role)) {
            plan.add(Step.administrator("role " + user, problem, "GRANT " + role + " TO " + target.role()));
        }
    }
}
