package io.gemel.capture.postgres;

import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What a site process leaves in the database when it ends in good order: everything that was committed until then is in the log that
 * it wrote. A database that holds the seal of its log's last writer may continue that log without the slot that was read then, as a
 * major upgrade of the server loses it, and under another identity.
 *
 * @param epoch the process that sealed it; 0 for none
 * @param resumed where the slot stood that {@code gemel prepare} created after it; 0 for none
 */
record PostgresSeal(long epoch, long resumed) {
    private static final PostgresSeal NONE = new PostgresSeal(0, 0);

    static PostgresSeal read(Connection connection) throws SQLException {
        if (!PostgresOwn.has(connection, GemelTable.SEAL)) { // of an earlier release, or never prepared
            return NONE;
        }
        try (PreparedStatement statement = connection.prepareStatement(
                        "SELECT epoch, coalesce(resumed, 0) FROM " + GemelTable.SEAL + " WHERE complete");
                ResultSet row = statement.executeQuery()) {
            return row.next() ? new PostgresSeal(row.getLong(1), row.getLong(2)) : NONE;
        }
    }

    /** Whether it seals a log whose last record is of this epoch. */
    boolean seals(long lastEpoch) {
        return epoch != 0 && epoch == lastEpoch;
    }
}
