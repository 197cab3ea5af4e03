package io.gemel.deploy.check;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;

/** Triggers and rules that fire when a change is applied, although they did their work where it was made. */
final class TableRuleCheck implements DatabaseCheck {
    private static final String TRIGGERS = """
            SELECT format('%I.%I', n.nspname, c.relname), quote_ident(t.tgname), t.tgenabled = 'R'
            FROM pg_trigger t
            JOIN pg_class c ON c.oid = t.tgrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE t.tgrelid IN (SELECT unnest(?::oid[])
                                UNION
                                SELECT p.relid FROM pg_class r CROSS JOIN LATERAL pg_partition_tree(r.oid) p
                                WHERE r.oid = ANY (?::oid[]) AND r.relkind = 'p')
              AND NOT t.tgisinternal AND t.tgenabled IN ('A', 'R')
              AND NOT EXISTS (SELECT FROM pg_trigger o WHERE o.oid = t.tgparentid AND o.tgenabled = t.tgenabled)
            ORDER BY 1, 2
            """;
    private static final String RULES = """
            SELECT format('%I.%I', n.nspname, c.relname), quote_ident(r.rulename), r.ev_enabled = 'R'
            FROM pg_rewrite r
            JOIN pg_class c ON c.oid = r.ev_class
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE r.ev_class = ANY (?::oid[]) AND r.ev_enabled IN ('A', 'R') AND r.ev_type <> '1'
            ORDER BY 1, 2
            """;

    private record Firing(String table, String name, boolean replicaOnly) {}

    @Override
    public void check(CheckedSite site, Findings findings) throws SQLException {
        Long[] oids = site.tables().stream().map(CatalogTable::oid).toArray(Long[]::new);
        Findings found = findings.of(Cause.TRIGGERS);
        Sql.list(site.connection(), TableRuleCheck::firing, TRIGGERS, oids, oids)
                .forEach(trigger -> warn("trigger", trigger, found));
        Sql.list(site.connection(), TableRuleCheck::firing, RULES, (Object) oids)
                .forEach(rule -> warn("rule", rule, found));
    }

    private static Firing firing(ResultSet row) throws SQLException {
        return new Firing(row.getString(1), row.getString(2), row.getBoolean(3));
    }

    private static void warn(String kind, Firing firing, Findings findings) {
        findings.warning(
                firing.table(),
                "has the " + kind + " " + firing.name() + ", enabled " + (firing.replicaOnly() ? "REPLICA" : "ALWAYS")
                        + ": it fires " + (firing.replicaOnly() ? "only" : "again")
                        + " when a change is applied here, and what it writes or suppresses makes the sites differ",
                "ALTER TABLE " + firing.table() + " ENABLE " + kind.toUpperCase(Locale.ROOT) + " " + firing.name()
                        + ", unless it touches no replicated table");
    }
}
