package io.gemel.deploy.prepare;

import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.database.TableCatalog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Finds everything that a site's database still needs. Only reads. */
final class SitePlan {
    // Rights and schema first, for the rest builds on them; the slot last, see SlotPlanner.
    private static final List<Planner> PLANNERS = List.of(
            new RolePlanner(), new SchemaPlanner(), new VmRolePlanner(), new PublicationPlanner(), new SlotPlanner());

    private static final int OLDEST_SERVER = 150000;

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
            plan.obstacle(
                    "role " + user, "does not exist", "CREATE ROLE " + user + " LOGIN REPLICATION PASSWORD '...'");
            return plan;
        }
        int version = Integer.parseInt(Sql.text(connection, "SHOW server_version_num"));
        if (version < OLDEST_SERVER) {
            plan.obstacle(
                    "server",
                    "is PostgreSQL " + Sql.text(connection, "SHOW server_version"),
                    "use PostgreSQL 15 or newer");
            return plan;
        }
        Target target = new Target(config, role.get(), version, replicable(connection, config, plan));
        for (Planner planner : PLANNERS) {
            planner.plan(connection, target, plan);
        }
        return plan;
    }

    private static List<CatalogTable> replicable(Connection connection, SiteConfig config, Plan plan)
            throws SQLException {
        List<CatalogTable> matched = TableCatalog.matched(connection, config.tables());
        if (matched.isEmpty()) {
            plan.obstacle(
                    "tables=" + config.tables().included(),
                    "matches no table",
                    "create the tables, or correct the patterns");
        }
        for (CatalogTable table : matched) {
            table.refusal().ifPresent(refusal -> plan.obstacle(table.sqlName(), refusal.problem(), refusal.mend()));
        }
        return matched.stream().filter(table -> table.refusal().isEmpty()).toList();
    }
}
