package io.gemel.deploy.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * A replication slot as the server describes it.
 *
 * @param plugin its output plugin; empty for a physical slot
 * @param database the database it decodes; empty for a physical slot
 * @param invalidated why it can no longer be read, in the server's word; empty when it can
 * @param walStatus {@code reserved}, {@code extended}, {@code unreserved} or {@code lost}
 * @param retainedBytes database log that the server keeps for it
 */
public record Slot(String plugin, String database, String invalidated, String walStatus, long retainedBytes) {
    // Columns that only newer servers have are read through the row as JSON, which gives null where they are missing.
    private static final String FIND = """
            SELECT coalesce(s.plugin, '') AS plugin, coalesce(s.database, '') AS database,
                   coalesce(to_jsonb(s) ->> 'invalidation_reason',
                            CASE WHEN (to_jsonb(s) ->> 'conflicting')::boolean THEN 'conflicting' END,
                            CASE WHEN s.wal_status = 'lost' THEN 'wal_removed' END, '') AS invalidated,
                   coalesce(s.wal_status, '') AS wal_status,
                   coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn), 0)::bigint AS retained
            FROM pg_replication_slots s
            WHERE s.slot_name = ?
            """;

    /** Drops a slot that nobody reads. */
    public static void drop(Connection connection, String name) throws SQLException {
        Sql.list(connection, row -> true, "SELECT pg_drop_replication_slot(?)", name);
    }

    /** Reads a slot of a primary server; empty when there is none of that name. */
    public static Optional<Slot> find(Connection connection, String name) throws SQLException {
        return Sql.first(
                connection,
                row -> new Slot(
                        row.getString("plugin"),
                        row.getString("database"),
                        row.getString("invalidated"),
                        row.getString("wal_status"),
                        row.getLong("retained")),
                FIND,
                name);
    }
}
