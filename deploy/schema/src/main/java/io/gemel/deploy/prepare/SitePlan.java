package io.gemel.deploy.prepare;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.verdict.SiteVerdict;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Finds everything that a site's database still needs. Only reads. */
final class SitePlan {
    // Rights and schema first, for the rest builds on them; the slot last, see SlotPlanner.
    private static final List<Planner> PLANNERS = List.of(
            new RolePlanner(),
            new SessionPlanner(),
            new SchemaPlanner(),
            new VmRolePlanner(),
            new PublicationPlanner(),
            new SlotPlanner());

    private SitePlan() {}

    static Plan of(Connection connection, SiteConfig config) throws SQLException {
        Plan plan = new Plan();
        String user = config.database().user();
        Optional<String> role = Sql.first(
                connection,
                row -> row.getString(1),
                "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = ?",
                user);
        if (role.isEmpty()) {
            plan.blocker("role " + user, "does not exist", "CREATE ROLE " + user + " LOGIN REPLICATION PASSWORD '...'");
            return plan;
        }
        SiteVerdict verdict = SiteVerdict.read(connection, config);
        verdict.blockers().forEach(plan::blocker);
        int version = Integer.parseInt(Sql.text(connection, "SHOW server_version_num"));
        if (verdict.site().stream().anyMatch(blocker -> blocker.cause() == Cause.SERVER)) {
            return plan; // nothing is set up where the site process would not run: a slot that nobody reads fills the
            // disk
        }
        Target target = new Target(config, role.get(), version, verdict);
        for (Planner planner : PLANNERS) {
            planner.plan(connection, target, plan);
        }
        return plan;
    }
}
