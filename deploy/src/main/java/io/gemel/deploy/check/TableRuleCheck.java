package io.gemel.deploy.check;

import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Rules on tables that two writing sites feel in another way than one: security policies, triggers, unique values, exclusions. */
final class TableRuleCheck implements DatabaseCheck {
    private static final String TRIGGERS = """
            SELECT quote_ident(tgname) FROM pg_trigger
            WHERE tgrelid = ?::oid AND NOT tgisinternal AND tgenabled IN ('A', 'R')
            ORDER BY 1
            """;
    private static final String UNIQUE_INDEXES = """
            SELECT c.relname FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = ?::oid AND i.indisunique AND NOT i.indisprimary
            ORDER BY 1
            """;
    private static final String EXCLUSIONS =
            "SELECT conname FROM pg_constraint WHERE conrelid = ?::oid AND contype = 'x' ORDER BY 1";

    @Override
    public void check(CheckedSite site, Findings findings) throws SQLException {
        boolean bypassesPolicies = Sql.isTrue(
                site.connection(),
                "SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = ?",
                site.config().database().user());
        for (CatalogTable table : site.tables()) {
            if (table.rowSecurity() && !bypassesPolicies) {
                findings.warning(
                        table.sqlName(),
                        "has row level security, which hides rows from the applier",
                        "ALTER ROLE " + site.config().database().user() + " BYPASSRLS");
            }
            checkRules(site.connection(), table, findings);
        }
    }

    private static void checkRules(Connection connection, CatalogTable table, Findings findings) throws SQLException {
        for (String trigger : names(connection, TRIGGERS, table)) {
            findings.warning(
                    table.sqlName(),
                    "has the trigger " + trigger
                            + ", enabled ALWAYS or REPLICA: it fires again when a change is applied here",
                    "ALTER TABLE " + table.sqlName() + " ENABLE TRIGGER " + trigger
                            + ", unless it writes no replicated table");
        }
        for (String index : names(connection, UNIQUE_INDEXES, table)) {
            findings.warning(
                    table.sqlName(),
                    "has the unique index " + index
                            + ": both sites may give one value to different rows at the same time",
                    "let each site draw such values from its own range, for example with the site's name in them");
        }
        for (String exclusion : names(connection, EXCLUSIONS, table)) {
            findings.warning(
                    table.sqlName(),
                    "has the exclusion constraint " + exclusion + ": both sites may write rows that exclude each other",
                    "let only one site write the table, or move the rule into the application");
        }
    }

    private static List<String> names(Connection connection, String query, CatalogTable table) throws SQLException {
        return Sql.list(connection, row -> row.getString(1), query, table.oid());
    }
}
