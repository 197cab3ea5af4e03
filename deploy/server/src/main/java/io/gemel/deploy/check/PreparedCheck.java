package io.gemel.deploy.check;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.GemelSchema;
import io.gemel.deploy.database.Slot;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.prepare.SitePreparation;
import io.gemel.deploy.verdict.Blocker;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Whether the site is prepared: role, rights, schema, full images, publication, origin and slot. */
final class PreparedCheck implements DatabaseCheck {
    private static final String COLUMNS = """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod)
            FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE format('%I.%I', n.nspname, c.relname) = ? AND a.attnum > 0 AND NOT a.attisdropped
            """;

    @Override
    public void check(CheckedSite site, Findings findings) throws SQLException {
        for (Blocker missing : SitePreparation.missing(site.config(), site.connection())) {
            findings.of(missing.cause()).error(missing.subject(), missing.problem(), missing.fix());
        }
        String user = site.config().database().user();
        if (Sql.isTrue(site.connection(), "SELECT rolsuper FROM pg_roles WHERE rolname = ?", user)) {
            findings.of(Cause.ROLE)
                    .warning(
                            "role " + user,
                            "is a superuser, which Gemel does not need",
                            "create a separate role and run gemel prepare with --admin-user");
        }
        checkShape(site.connection(), findings);
        checkSlot(site.config(), site.connection(), findings);
    }

    private static void checkShape(Connection connection, Findings findings) throws SQLException {
        for (GemelSchema.Item item : GemelSchema.items()) {
            Map<String, String> found = new HashMap<>();
            Sql.list(connection, row -> Map.entry(row.getString(1), row.getString(2)), COLUMNS, item.sqlName())
                    .forEach(column -> found.put(column.getKey(), column.getValue()));
            if (!item.isTable() || found.isEmpty()) {
                continue;
            }
            item.columns().forEach((column, type) -> {
                if (!type.equals(found.getOrDefault(column, type))) { // prepare adds what is missing
                    findings.of(Cause.BEYOND_PREPARE)
                            .error(
                                    item.sqlName(),
                                    "should have the column " + column + " " + type + ", but has " + found.get(column),
                                    "restore the column; Gemel's own tables must not be altered by hand");
                }
            });
        }
    }

    private static void checkSlot(SiteConfig config, Connection connection, Findings findings) throws SQLException {
        Optional<Slot> slot = Slot.find(connection, config.slot());
        if (slot.isPresent() && slot.get().walStatus().equals("unreserved")) {
            findings.of(Cause.SLOT)
                    .error(
                            "slot " + config.slot(),
                            "is about to be invalidated: the server removes log that capture has not read ("
                                    + slot.get().retainedBytes() + " bytes behind)",
                            "start the site process now, or raise max_slot_wal_keep_size");
        }
    }
}
