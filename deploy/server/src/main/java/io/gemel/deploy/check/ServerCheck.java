package io.gemel.deploy.check;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.database.Slot;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/** The database server's settings, as far as they are no rule of {@link io.gemel.deploy.verdict.SiteVerdict}. */
final class ServerCheck implements DatabaseCheck {
    private static final String RESTART = ", then restart the server";

    @Override
    public void check(CheckedSite site, Findings all) throws SQLException {
        Findings findings = all.of(Cause.SERVER);
        Connection connection = site.connection();
        if (Sql.isTrue(connection, "SELECT pg_is_in_recovery()")) {
            findings.error("server", "is a standby, which takes no writes", "name the primary in database.url");
            return;
        }
        checkLogicalDecoding(site, findings);
        if (Sql.text(connection, "SHOW max_slot_wal_keep_size").equals("-1")) {
            findings.of(Cause.LOG_UNLIMITED)
                    .warning(
                            "max_slot_wal_keep_size",
                            "is unlimited: while capture is down the server keeps its log until the disk is full",
                            "ALTER SYSTEM SET max_slot_wal_keep_size = 'what the disk can spare', and watch the slot");
        }
    }

    private static void checkLogicalDecoding(CheckedSite site, Findings findings) throws SQLException {
        Connection connection = site.connection();
        boolean slotExists = Slot.find(connection, site.config().slot()).isPresent();
        int freeSlots = number(
                connection,
                "SELECT current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_replication_slots)");
        if (!slotExists && freeSlots < 1) {
            findings.error("max_replication_slots", "leaves no slot free", "raise it by one or more" + RESTART);
        }
        int freeSenders = number(
                connection,
                "SELECT current_setting('max_wal_senders')::int - (SELECT count(*) FROM pg_stat_replication)");
        boolean slotActive = Sql.isTrue(
                connection,
                "SELECT active FROM pg_replication_slots WHERE slot_name = ?",
                site.config().slot());
        if (!slotActive && freeSenders < 1) {
            findings.error("max_wal_senders", "leaves none free", "raise it by one or more" + RESTART);
        }
    }

    private static int number(Connection connection, String query) throws SQLException {
        return Integer.parseInt(Sql.text(connection, query));
    }
}
