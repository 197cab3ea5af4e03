package io.gemel.deploy.prepare;

import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.GemelSchema;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/** Gemel's own schema, its tables and the heartbeat's row. */
final class SchemaPlanner implements Planner {
    static final String SUBJECT = "schema " + SiteConfig.SCHEMA;

    @Override
    public void plan(Connection connection, Target target, Plan plan) throws SQLException {
        String user = target.config().database().user();
        boolean exists = Sql.isTrue(connection, "SELECT to_regnamespace(?) IS NOT NULL", SiteConfig.SCHEMA);
        if (!exists) {
            plan.add(Step.administrator(
                    SUBJECT,
                    "does not exist",
                    "CREATE SCHEMA " + SiteConfig.SCHEMA + " AUTHORIZATION " + target.role()));
        } else if (!Sql.isTrue(
                connection,
                "SELECT has_schema_privilege(?, ?, 'USAGE') AND has_schema_privilege(?, ?, 'CREATE')",
                user,
                SiteConfig.SCHEMA,
                user,
                SiteConfig.SCHEMA)) {
            plan.add(Step.administrator(
                    SUBJECT,
                    "does not allow role " + user + " to use it",
                    "GRANT USAGE, CREATE ON SCHEMA " + SiteConfig.SCHEMA + " TO " + target.role()));
        }
        planItems(connection, target, plan);
        if (!hasFullImages(connection)) {
            plan.add(Step.siteRole(
                    GemelSchema.REPLICATED,
                    "logs no full row images",
                    "ALTER TABLE " + GemelSchema.REPLICATED + " REPLICA IDENTITY FULL"));
        }
        if (!hasHeartbeatRow(connection)) {
            plan.add(Step.siteRole("gemel.heartbeat", "has no row", GemelSchema.HEARTBEAT_ROW));
        }
    }

    private static void planItems(Connection connection, Target target, Plan plan) throws SQLException {
        boolean mayUseAll = true;
        for (GemelSchema.Item item : GemelSchema.items()) {
            if (isMissing(connection, item.sqlName())) {
                plan.add(Step.siteRole(item.sqlName(), "does not exist", item.statement()));
            } else if (item.isTable()) {
                mayUseAll &= Sql.isTrue(
                        connection,
                        "SELECT bool_and(has_table_privilege(?, ?, r)) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) r",
                        target.config().database().user(),
                        item.sqlName());
            }
        }
        if (!mayUseAll) {
            plan.add(Step.administrator(
                    SUBJECT,
                    "has tables that role " + target.config().database().user() + " may not use",
                    "GRANT ALL ON ALL TABLES IN SCHEMA " + SiteConfig.SCHEMA + " TO " + target.role()));
        }
    }

    private static boolean isMissing(Connection connection, String sqlName) throws SQLException {
        // Asked of the catalog rather than with to_regclass, which needs rights on the schema.
        return Sql.isTrue(
                connection,
                "SELECT NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                        + " WHERE format('%I.%I', n.nspname, c.relname) = ?)",
                sqlName);
    }

    private static boolean hasFullImages(Connection connection) throws SQLException {
        return Sql.isTrue(
                connection,
                "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                        + " WHERE format('%I.%I', n.nspname, c.relname) = ? AND c.relreplident = 'f')",
                GemelSchema.REPLICATED);
    }

    private static boolean hasHeartbeatRow(Connection connection) throws SQLException {
        if (isMissing(connection, "gemel.heartbeat")
                || !Sql.isTrue(
                        connection,
                        "SELECT has_schema_privilege('gemel', 'USAGE')"
                                + " AND has_table_privilege('gemel.heartbeat', 'SELECT')")) {
            return false;
        }
        return Sql.isTrue(connection, "SELECT EXISTS (SELECT FROM gemel.heartbeat WHERE id = 1)");
    }
}
