package io.gemel.capture.postgres;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The replication slot and the publication as the server describes them. The slot's columns are null or 0 when there is no slot.
 *
 * @param activePid server process that reads the slot; 0 for none
 * @param confirmed how far the slot is confirmed
 * @param flushed how far the server's log reaches
 * @param here the database of the connection
 * @param published whether the publication exists
 * @param whole whether it publishes every kind of change
 * @param ownTables how many of the tables in it are those of Gemel that capture reads
 */
record PostgresSlotState(
        @Nullable String plugin,
        @Nullable String database,
        int activePid,
        @Nullable String walStatus,
        @Nullable String invalidationReason,
        @Nullable String conflicting,
        long confirmed,
        long flushed,
        String here,
        boolean published,
        boolean whole,
        int ownTables) {
    private static final int OWN_TABLES = 3;

    // to_jsonb: the columns about invalidation differ between server versions, and a missing one is simply null.
    private static final String READ = """
            SELECT slot.plugin, slot.database, slot.active_pid, slot.wal_status,
                   to_jsonb(slot) ->> 'invalidation_reason' AS invalidation_reason,
                   to_jsonb(slot) ->> 'conflicting' AS conflicting,
                   (slot.confirmed_flush_lsn - '0/0')::bigint AS confirmed,
                   (pg_current_wal_flush_lsn() - '0/0')::bigint AS flushed,
                   current_database() AS here,
                   publication.oid IS NOT NULL AS published,
                   coalesce(publication.pubinsert AND publication.pubupdate AND publication.pubdelete
                       AND publication.pubtruncate, false) AS whole,
                   (SELECT count(*) FROM pg_publication_tables AS own
                     WHERE own.pubname = publication.pubname
                       AND own.schemaname || '.' || own.tablename IN ('%s', '%s', '%s')) AS own_tables
              FROM (SELECT 1) AS always
              LEFT JOIN pg_publication AS publication ON publication.pubname = ?
              LEFT JOIN pg_replication_slots AS slot ON slot.slot_name = ?
            """.formatted(GemelTable.APPLIED, GemelTable.HEARTBEAT, GemelTable.EMIT);

    static PostgresSlotState read(CaptureConfig config, Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setString(1, config.publication());
            statement.setString(2, config.slot());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new PostgresSlotState(
                        row.getString("plugin"),
                        row.getString("database"),
                        row.getInt("active_pid"),
                        row.getString("wal_status"),
                        row.getString("invalidation_reason"),
                        row.getString("conflicting"),
                        row.getLong("confirmed"),
                        row.getLong("flushed"),
                        row.getString("here"),
                        row.getBoolean("published"),
                        row.getBoolean("whole"),
                        row.getInt("own_tables"));
            }
        }
    }

    boolean hasOwnTables() {
        return ownTables >= OWN_TABLES;
    }

    boolean isInvalid() {
        return "lost".equals(walStatus) || invalidationReason != null || "true".equals(conflicting);
    }

    String invalid() {
        return invalidationReason != null
                ? "reason: " + invalidationReason
                : "wal_status " + walStatus + ", conflicting " + conflicting;
    }
}
