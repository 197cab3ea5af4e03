package io.gemel.deploy.prepare;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

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

    private static final String SCHEMAS_WITHOUT_RIGHT = """
            SELECT quote_ident(n.nspname) FROM pg_namespace n
            WHERE n.oid IN (SELECT c.relnamespace FROM pg_class c WHERE c.oid = ANY (?::oid[])
                            UNION
                            SELECT t.typnamespace FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                            WHERE a.attrelid = ANY (?::oid[]) AND a.attnum > 0 AND NOT a.attisdropped)
              AND NOT has_schema_privilege(?, n.oid, 'USAGE')
            ORDER BY 1
            """;
    private static final String TABLES_WITHOUT_RIGHT = """
            SELECT format('%I.%I', n.nspname, c.relname), string_agg(r.name, ', ' ORDER BY r.place)
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN unnest(?::text[]) WITH ORDINALITY AS r(name, place)
            WHERE c.oid = ANY (?::oid[]) AND NOT has_table_privilege(?, c.oid, r.name)
            GROUP BY 1
            ORDER BY 1
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
                    "may not disable triggers while applying",
                    "GRANT SET ON PARAMETER session_replication_role TO " + target.role()));
        }
        for (String function : Sql.list(connection, row -> row.getString(1), ORIGIN_FUNCTIONS_WITHOUT_RIGHT, user)) {
            plan.add(Step.administrator(
                    "role " + user,
                    "may not call " + function,
                    "GRANT EXECUTE ON FUNCTION " + function + " TO " + target.role()));
        }
        planOrigin(connection, target, plan);
        planRowSecurity(target, plan);
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

    private static void planRowSecurity(Target target, Plan plan) {
        boolean hidden = target.verdict().blockers().stream().anyMatch(each -> each.cause() == Cause.ROW_SECURITY);
        if (hidden) {
            plan.add(Step.administrator(
                    "role " + target.config().database().user(),
                    "may not see the rows that row level security hides",
                    "ALTER ROLE " + target.role() + " BYPASSRLS"));
        }
    }

    private static void planSchemas(Connection connection, Target target, Plan plan) throws SQLException {
        String user = target.config().database().user();
        for (String name : Sql.list(
                connection, row -> row.getString(1), SCHEMAS_WITHOUT_RIGHT, target.oids(), target.oids(), user)) {
            plan.add(Step.administrator(
                    "role " + user,
                    "may not use the schema " + name,
                    "GRANT USAGE ON SCHEMA " + name + " TO " + target.role()));
        }
    }

    private static void planTables(Connection connection, Target target, Plan plan) throws SQLException {
        String user = target.config().database().user();
        String[] rights = TABLE_RIGHTS.toArray(String[]::new);
        Sql.list(
                        connection,
                        row -> Map.entry(row.getString(1), row.getString(2)),
                        TABLES_WITHOUT_RIGHT,
                        rights,
                        target.oids(),
                        user)
                .forEach(missing -> plan.add(Step.administrator(
                        missing.getKey(),
                        "does not allow role " + user + " to " + missing.getValue(),
                        "GRANT " + missing.getValue() + " ON " + missing.getKey() + " TO " + target.role())));
    }
}
