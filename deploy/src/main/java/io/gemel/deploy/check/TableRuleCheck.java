package io.gemel.deploy.check;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Rules on tables that two writing sites feel in another way than one: security policies and triggers. */
final class TableRuleCheck implements DatabaseCheck {
    private static final String TRIGGERS = """
            SELECT quote_ident(tgname) FROM pg_trigger
            WHERE tgrelid = ?::oid AND NOT tgisinternal AND tgenabled IN ('A', 'R')
            ORDER BY 1
            """;

    @Override
    public void check(CheckedSite site, Findings findings) throws SQLException {
        boolean bypassesPolicies = Sql.isTrue(
                site.connection(),
                "SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = ?",
                site.config().database().user());
        for (CatalogTable table : site.tables()) {
            if (table.rowSecurity() && !bypassesPolicies) {
                findings.of(Cause.ROW_SECURITY)
                        .warning(
                                table.sqlName(),
                                "has row level security, which hides rows from the applier",
                                "ALTER ROLE " + site.config().database().user() + " BYPASSRLS");
            }
            checkRules(site.connection(), table, findings);
        }
    }

    private static void checkRules(Connection connection, CatalogTable table, Findings findings) throws SQLException {
        for (String trigger : names(connection, TRIGGERS, table)) {
            findings.of(Cause.TRIGGERS)
                    .warning(
                            table.sqlName(),
                            "has the trigger " + trigger
                                    + ", enabled ALWAYS or REPLICA: it fires again when a change is applied here",
                            "ALTER TABLE " + table.sqlName() + " ENABLE TRIGGER " + trigger
                                    + ", unless it writes no replicated table");
        }
    }

    private static List<String> names(Connection connection, String query, CatalogTable table) throws SQLException {
        return Sql.list(connection, row -> row.getString(1), query, table.oid());
    }
}
