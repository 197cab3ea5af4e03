package io.gemel.capture.postgres;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.reason.Advice;
import io.gemel.transaction.LogOwner;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Reads which database a connection leads to. */
final class PostgresOwner {
    private static final String JDBC = "jdbc:postgresql:";

    // The control file names a new timeline only after the first checkpoint on it; the name of a log file does at once.
    private static final String IDENTITY = """
            SELECT (SELECT system_identifier FROM pg_control_system()) AS system,
                   (SELECT oid::bigint FROM pg_database WHERE datname = current_database()) AS database,
                   CASE WHEN pg_is_in_recovery() THEN ''
                        ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END AS timeline,
                   EXISTS (SELECT FROM pg_replication_slots
                            WHERE slot_name = ? AND database = current_database()) AS peers
            """;

    private PostgresOwner() {}

    /**
     * Identifies the database.
     *
     * @throws CaptureException RETRY while the server is in recovery, HALT when the database is the peer's
     */
    static LogOwner read(CaptureConfig config, Connection connection) throws SQLException, CaptureException {
        try (PreparedStatement statement = connection.prepareStatement(IDENTITY)) {
            statement.setString(1, config.peerSlot());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                String timeline = row.getString("timeline");
                if (timeline.isEmpty()) {
                    throw CaptureException.retry("the database " + name(config) + " of site " + config.site()
                            + " is a standby (in recovery): the site waits until it is promoted. If another server is"
                            + " the primary, correct database.url");
                }
                if (row.getBoolean("peers")) {
                    throw CaptureException.halt(
                            Advice.CAPTURE_PEERS_DATABASE,
                            "the database " + name(config) + " holds the replication slot "
                                    + config.peerSlot() + ", so it is the peer's: correct database.url of site "
                                    + config.site());
                }
                return new LogOwner(
                        row.getLong("system"), row.getLong("database"), Long.parseLong(timeline, 16), name(config));
            }
        }
    }

    /** The database's address without the connection's settings. */
    private static String name(CaptureConfig config) {
        String url = config.jdbcUrl();
        int settings = url.indexOf('?');
        return (settings < 0 ? url : url.substring(0, settings)).replace(JDBC, "");
    }
}
