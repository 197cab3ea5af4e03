package io.gemel.deploy.database;

import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The row in which a site process that shuts down cleanly records that everything committed until then is in its log.
 * With it a database whose replication slot is gone, as after a major upgrade of the server, can continue without a new
 * copy.
 */
public final class Seal {
    // Its own transaction must be the oldest one that runs: whatever commits later has a greater id.
    private static final String WRITE = """
            INSERT INTO %s (id, epoch, xid, complete, resumed, at)
            SELECT 1, ?, pg_current_xact_id()::text, false, NULL, clock_timestamp()
            ON CONFLICT (id) DO UPDATE
                SET epoch = excluded.epoch, xid = excluded.xid, complete = false, resumed = NULL, at = excluded.at
            RETURNING pg_snapshot_xmin(pg_current_snapshot()) >= pg_current_xact_id()
            """.formatted(GemelTable.SEAL);

    private static final String NEWER = """
             WHERE age(t.xmin) BETWEEN 0
                   AND (SELECT age(seal.xid::xid8::xid) - 1 FROM %s AS seal WHERE seal.id = 1)
            """.formatted(GemelTable.SEAL);

    private Seal() {}

    /**
     * Writes the seal, not yet complete.
     *
     * @param epoch the process that writes the log
     * @return false while another transaction is open that may write something
     */
    public static boolean write(Connection connection, long epoch) throws SQLException {
        return Sql.isTrue(connection, WRITE, epoch);
    }

    /** Says that everything before the seal is in the log. */
    public static void complete(Connection connection) throws SQLException {
        Sql.isTrue(connection, "UPDATE " + GemelTable.SEAL + " SET complete = true WHERE id = 1 RETURNING true");
    }

    /** Says that a slot is being created after the seal. */
    public static void beginResuming(Connection connection) throws SQLException {
        Sql.isTrue(connection, "UPDATE " + GemelTable.SEAL + " SET resumed = 0 WHERE id = 1 RETURNING true");
    }

    /** Whether a slot was being created when something came in between. */
    public static boolean isResuming(Connection connection) throws SQLException {
        return Sql.isTrue(connection, "SELECT resumed = 0 FROM " + GemelTable.SEAL + " WHERE id = 1");
    }

    /** Says where the slot stands that was created after the seal, and before which nothing was committed. */
    public static void resume(Connection connection, String slot) throws SQLException {
        Sql.isTrue(
                connection,
                "UPDATE " + GemelTable.SEAL + " SET resumed = (SELECT (confirmed_flush_lsn - '0/0')::bigint"
                        + " FROM pg_replication_slots WHERE slot_name = ?) WHERE id = 1 RETURNING true",
                slot);
    }

    /**
     * Number of a table's rows that were written after the seal; empty when there is none. Reads the whole table.
     *
     * @param rows the table as {@link CatalogTable#rows} names it
     */
    public static Optional<Long> newerRows(Connection connection, String rows) throws SQLException {
        return Sql.first(connection, row -> row.getLong(1), "SELECT count(*) FROM " + rows + " AS t " + NEWER)
                .filter(count -> count > 0);
    }
}
