package io.gemel.apply.postgres;

import static io.gemel.apply.postgres.PostgresWork.run;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.reason.Advice;
import io.gemel.transaction.RowKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says why a row was not written, or not found, although the database refused nothing. Applying thread only. */
final class PostgresUnwritten {
    /** What runs in the applier's session all the same and may withhold a row, first what is more likely to. */
    private static final String CAUSES = """
            SELECT 1 AS place, 'trigger' AS kind, g.tgname AS name, format('%I.%I', n.nspname, c.relname) AS relation
            FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT g.tgisinternal AND g.tgenabled IN ('R', 'A') AND g.tgtype & 3 = 3
              AND (g.tgrelid = ?::oid OR ?::oid IN (SELECT a.relid FROM pg_partition_ancestors(g.tgrelid) AS a))
            UNION ALL
            SELECT 2, 'rule', w.rulename, format('%I.%I', n.nspname, c.relname)
            FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE w.ev_class = ?::oid AND w.is_instead AND w.ev_enabled IN ('R', 'A')
            UNION ALL
            SELECT 3, 'row security', current_user, '' WHERE row_security_active(?::oid)
            ORDER BY place, relation, name LIMIT 1
            """;

    /** What withholds rows. */
    private record Cause(String kind, String name, String relation) {
        static Cause of(ResultSet row) throws SQLException {
            return new Cause(row.getString("kind"), row.getString("name"), row.getString("relation"));
        }
    }

    private PostgresUnwritten() {}

    /**
     * The failure for a row.
     *
     * @param equal a row here whose key PostgreSQL takes for the same though it is written otherwise, or null
     */
    static ApplyFailure why(PostgresSession sql, PostgresTable table, RowKey row, @Nullable RowKey equal)
            throws ApplyFailure {
        if (equal != null) {
            return new ApplyFailure(
                    Kind.PARK,
                    Advice.APPLY_KEYS_EQUAL,
                    "row " + row + " cannot be written beside " + equal
                            + " of this site: PostgreSQL considers their keys equal, but replication, which compares"
                            + " keys as text, does not. Decide which site's row stays: 'gemel parked FILE discard"
                            + " ID' of both rows at that site; then give table " + table.id()
                            + " a key of an integer, uuid, text or date type, or list it in tables.exclude at both sites");
        }
        long oid = table.oid();
        Cause cause = run(() -> sql.first(CAUSES, Cause::of, oid, oid, oid, oid));
        if (cause == null) {
            return new ApplyFailure(Kind.RETRY, "row " + row + " was just written by another session");
        }
        String kind = cause.kind();
        String name = PostgresTable.quote(cause.name());
        if (kind.equals("row security")) {
            return new ApplyFailure(
                    Kind.HALT,
                    Advice.APPLY_ROW_HIDDEN,
                    "row security of table " + table.id() + " hides row " + row + ": ALTER ROLE " + name
                            + " BYPASSRLS");
        }
        return new ApplyFailure(
                Kind.PARK,
                Advice.APPLY_WITHHELD,
                kind + " " + name + " of table " + table.id() + " suppresses row " + row
                        + ": it is enabled as REPLICA or ALWAYS, so it runs for replicated rows, too. Let it pass"
                        + " the row, or ALTER TABLE " + cause.relation() + " DISABLE "
                        + kind.toUpperCase(Locale.ROOT) + " " + name + "; then 'gemel parked FILE retry ID'");
    }
}
