package io.gemel.deploy.prepare;

import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What the site's role must be and be allowed, so that the site process needs no superuser. */
final class RolePlanner implements Planner {
    private static final List<String> TABLE_RIGHTS = List.of("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE");
    private static final String ORIGIN_FUNCTIONS_WITHOUT_RIGHT = """
            SELECT p.oid::regprocedure::text FROM pg_proc p
            WHERE p.pronamespace = 'pg_catalog'::regnamespace
              AND p.proname IN ('pg_replication_origin_oid', 'pg_replication_origin_session_setup',
                                'pg_replication_origin_session_reset', 'pg_replication_origin_session_is_setup',
                                'pg_replication_origin_xact_setup')
              AND NOT has_function_privilege(?, p.oid, 'EXECUTE')
            ORDER BY 1
            """;

    private static final String SCHEMAS_OF_TYPES = """
            SELECT DISTINCT n.nspname
            FROM pg_attribute a
            JOIN pg_type t ON t.oid = a.atttypid
            JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped
            """;

    @Override
    public void plan(Connection connection, Target target, Plan plan) throws SQLException {
        String user = target.config().database().user();
        if (!Sql.isTrue(connection, "SELECT rolreplication AND rolcanlogin FROM pg_roles WHERE rolname = ?", user)) {
            plan.add(Step.administrator(
                    "role " + user,
                    "may not log in or replicate",
                    "ALTER ROLE " + target.role() + " LOGIN REPLICATION"));
        }
        // Triggers and foreign keys must not fire a second time for rows that were checked at their origin.
        if (!Sql.isTrue(connection, "SELECT has_parameter_privilege(?, 'session_replication_role', 'SET')", user)) {
            plan.add(Step.administrator(
                    "role " + user,
                    "may not switch triggers off while applying",
                    "GRANT SET ON PARAMETER session_replication_role TO " + target.role()));
        }
        for (String function : Sql.list(connection, row -> row.getString(1), ORIGIN_FUNCTIONS_WITHOUT_RIGHT, user)) {
            plan.add(Step.administrator(
                    "role " + user,
                    "may not call " + function,
                    "GRANT EXECUTE ON FUNCTION " + function + " TO " + target.role()));
        }
        planOrigin(connection, target, plan);
        planSchemas(connection, target, plan);
        planTables(connection, target, plan);
    }

    private static void planOrigin(Connection connection, Target target, Plan plan) throws SQLException {
        String origin = target.config().replicationOrigin();
        if (!Sql.isTrue(connection, "SELECT EXISTS (SELECT FROM pg_replication_origin WHERE roname = ?)", origin)) {
            plan.add(Step.administrator(
                    "replication origin " + origin,
                    "does not exist",
                    "SELECT pg_replication_origin_create('" + origin + "')"));
        }
    }

    private static void planSchemas(Connection connection, Target target, Plan plan) throws SQLException {
        String user = target.config().database().user();
        TreeSet<String> schemas = new TreeSet<>();
        for (CatalogTable table : target.tables()) {
            schemas.add(table.schema());
            schemas.addAll(Sql.list(connection, row -> row.getString(1), SCHEMAS_OF_TYPES, table.oid()));
        }
        for (String schema : schemas) {
            if (!Sql.isTrue(connection, "SELECT has_schema_privilege(?, ?, 'USAGE')", user, schema)) {
                String name = Sql.text(connection, "SELECT quote_ident(?)", schema);
                plan.add(Step.administrator(
                        "role " + user,
                        "may not use the schema " + name,
                        "GRANT USAGE ON SCHEMA " + name + " TO " + target.role()));
            }
        }
    }

    private static void planTables(Connection connection, Target target, Plan plan) throws SQLException {
        String user = target.config().database().user();
        for (CatalogTable table : target.tables()) {
            List<String> missing = new ArrayList<>();
            for (String right : TABLE_RIGHTS) {
                if (!Sql.isTrue(connection, "SELECT has_table_privilege(?, ?::oid, ?)", user, table.oid(), right)) {
                    missing.add(right);
                }
            }
            if (!missing.isEmpty()) {
                String rights = String.join(", ", missing);
                plan.add(Step.administrator(
                        table.sqlName(),
                        "does not allow role " + user + " to " + rights,
                        "GRANT " + rights + " ON " + table.sqlName() + " TO " + target.role()));
            }
        }
    }
}
