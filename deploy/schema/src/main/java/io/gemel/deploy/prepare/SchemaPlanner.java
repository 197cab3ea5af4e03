package io.gemel.deploy.prepare;

import io.gemel.deploy.database.GemelSchema;
import io.gemel.deploy.database.Sql;
import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.Set;

/** Gemel's own schema, its tables with every column, and the rows that they begin with. */
final class SchemaPlanner implements Planner {
    static final String SUBJECT = "schema " + GemelTable.SCHEMA;

    private static final String COLUMNS = """
            SELECT a.attname FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE format('%I.%I', n.nspname, c.relname) = ? AND a.attnum > 0 AND NOT a.attisdropped
            """;

    @Override
    public void plan(Connection connection, Target target, Plan plan) throws SQLException {
        String user = target.config().database().user();
        boolean exists = Sql.isTrue(connection, "SELECT to_regnamespace(?) IS NOT NULL", GemelTable.SCHEMA);
        if (!exists) {
            plan.add(Step.administrator(
                    SUBJECT,
                    "does not exist",
                    "CREATE SCHEMA " + GemelTable.SCHEMA + " AUTHORIZATION " + target.role()));
        } else if (!Sql.isTrue(
                connection,
                "SELECT has_schema_privilege(?, ?, 'USAGE') AND has_schema_privilege(?, ?, 'CREATE')",
                user,
                GemelTable.SCHEMA,
                user,
                GemelTable.SCHEMA)) {
            plan.add(Step.administrator(
                    SUBJECT,
                    "does not allow role " + user + " to use it",
                    "GRANT USAGE, CREATE ON SCHEMA " + GemelTable.SCHEMA + " TO " + target.role()));
        }
        planItems(connection, target, plan);
        if (!hasFullImages(connection)) {
            plan.add(Step.siteRole(
                    GemelSchema.REPLICATED,
                    "logs no full row images",
                    "ALTER TABLE " + GemelSchema.REPLICATED + " REPLICA IDENTITY FULL"));
        }
        planRow(connection, GemelTable.HEARTBEAT, GemelSchema.HEARTBEAT_ROW, plan);
        planRow(connection, GemelTable.GATE, GemelSchema.GATE_ROW, plan);
    }

    private static void planItems(Connection connection, Target target, Plan plan) throws SQLException {
        boolean mayUseAll = true;
        for (GemelSchema.Item item : GemelSchema.items()) {
            if (isMissing(connection, item.sqlName())) {
                plan.add(Step.siteRole(item.sqlName(), "does not exist", item.statement()));
            } else if (item.isTable()) {
                planColumns(connection, item, plan);
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
                    "GRANT ALL ON ALL TABLES IN SCHEMA " + GemelTable.SCHEMA + " TO " + target.role()));
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

    /** A table that an older release made lacks what came later. */
    private static void planColumns(Connection connection, GemelSchema.Item item, Plan plan) throws SQLException {
        Set<String> missing = new LinkedHashSet<>(item.columns().keySet());
        Sql.list(connection, row -> row.getString(1), COLUMNS, item.sqlName()).forEach(missing::remove);
        for (String column : missing) {
            plan.add(Step.siteRole(item.sqlName(), "has no column " + column, item.addition(column)));
        }
    }

    /** Adds the single row of a table, which has the id 1. */
    private static void planRow(Connection connection, GemelTable table, String insert, Plan plan) throws SQLException {
        String sqlName = table.toString();
        boolean visible = !isMissing(connection, sqlName)
                && Sql.isTrue(
                        connection,
                        "SELECT has_schema_privilege(?, 'USAGE') AND has_table_privilege(?, 'SELECT')",
                        GemelTable.SCHEMA,
                        sqlName);
        if (!visible || !Sql.isTrue(connection, "SELECT EXISTS (SELECT FROM " + sqlName + " WHERE id = 1)")) {
            plan.add(Step.siteRole(sqlName, "has no row", insert));
        }
    }
}
