package io.gemel.deploy.prepare;

import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.Sql;
import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the roles of the application's VMs may do with the submission ledger and the gate, and what the site's role may do with their
 * sessions. Nothing of it is granted while the configuration names no such role.
 */
final class VmRolePlanner implements Planner {
    private static final Map<String, List<String>> RIGHTS = new TreeMap<>(Map.of(
            GemelTable.SUBMISSION.toString(),
            List.of("SELECT", "INSERT", "UPDATE", "DELETE"),
            GemelTable.GATE.toString(),
            List.of("SELECT")));

    private static final String HAS_RIGHT = """
            SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                           WHERE format('%I.%I', n.nspname, c.relname) = ? AND has_table_privilege(?, c.oid, ?))
            """;
    private static final String MAY_USE_SCHEMA =
            "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = ? AND has_schema_privilege(?, oid, 'USAGE'))";
    private static final String SCHEMA_OF_ANOTHER =
            "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = ? AND NOT pg_has_role(?, nspowner, 'USAGE'))";

    @Override
    public void plan(Connection connection, Target target, Plan plan) throws SQLException {
        SiteConfig config = target.config();
        String user = config.database().user();
        if (config.router().vmRoles().isEmpty()) {
            return;
        }
        boolean planned = !config.limits().applyLockKillAfter().isZero(); // by SessionPlanner
        if (!planned && !Sql.isTrue(connection, "SELECT pg_has_role(?, 'pg_signal_backend', 'USAGE')", user)) {
            plan.add(Step.administrator(
                    "role " + user,
                    "may not terminate the sessions of a lost VM",
                    "GRANT pg_signal_backend TO " + target.role()));
        }
        Step.Runner owner = Sql.isTrue(connection, SCHEMA_OF_ANOTHER, GemelTable.SCHEMA, user)
                ? Step.Runner.ADMINISTRATOR
                : Step.Runner.SITE_ROLE;
        for (String role : config.router().vmRoles()) {
            planRole(connection, role, owner, plan);
        }
    }

    private static void planRole(Connection connection, String role, Step.Runner owner, Plan plan) throws SQLException {
        Optional<String> name = Sql.first(
                connection,
                row -> row.getString(1),
                "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = ?",
                role);
        if (name.isEmpty()) {
            plan.blocker(
                    "role " + role,
                    "is named in vm.roles and does not exist",
                    "create the role that the application's VMs use, or correct vm.roles");
            return;
        }
        if (!Sql.isTrue(connection, MAY_USE_SCHEMA, GemelTable.SCHEMA, role)) {
            plan.add(new Step(
                    owner,
                    "role " + role,
                    "may not use the schema " + GemelTable.SCHEMA,
                    "GRANT USAGE ON SCHEMA " + GemelTable.SCHEMA + " TO " + name.get()));
        }
        for (Map.Entry<String, List<String>> table : RIGHTS.entrySet()) {
            List<String> missing = new ArrayList<>();
            for (String right : table.getValue()) {
                if (!Sql.isTrue(connection, HAS_RIGHT, table.getKey(), role, right)) {
                    missing.add(right);
                }
            }
            if (!missing.isEmpty()) {
                String rights = String.join(", ", missing);
                plan.add(new Step(
                        owner,
                        table.getKey(),
                        "does not allow role " + role + " to " + rights,
                        "GRANT " + rights + " ON " + table.getKey() + " TO " + name.get()));
            }
        }
    }
}
