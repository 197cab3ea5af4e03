package io.gemel.capture.postgres;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Notices that what the server sends does not arrive any more, though nothing has ended the connection: a firewall may have
 * forgotten it. A server that is still reading its log, perhaps a long transaction of which nothing is published, is left in
 * peace. Streaming thread only.
 */
final class WalSenderWatchdog {
    /**
     * After this long without anything from the server it is queried whether it has sent something, which may take as
     * long again.
     */
    static final long SILENCE_NANOS = 10_000_000_000L;

    /**
     * Whether a heartbeat was written lately, and whether the process waits for more to send, or for the client to
     * receive it.
     */
    private static final String SENT = """
            SELECT coalesce(wait_event ILIKE 'WalSender%%', false)
                   AND EXISTS (SELECT FROM %s WHERE at > clock_timestamp() - interval '10 seconds')
              FROM pg_stat_activity WHERE pid = ? AND usename = current_user
            """.formatted(GemelTable.HEARTBEAT);

    private final CaptureConfig config;
    private final int backendPid;
    private final LongSupplier nanoTime;
    private final Reasons reasons;
    private long since;
    private boolean silent;
    private boolean due;

    /** @param backendPid server process that sends the log */
    WalSenderWatchdog(CaptureConfig config, int backendPid, LongSupplier nanoTime, Reasons reasons) {
        this.config = config;
        this.backendPid = backendPid;
        this.nanoTime = nanoTime;
        this.reasons = reasons;
        since = nanoTime.getAsLong();
    }

    /** Something came. */
    void heard() {
        due = false;
        since = nanoTime.getAsLong();
        if (silent) {
            silent = false;
            reasons.over(ReasonCode.CAPTURE_DATABASE_SILENT);
        }
    }

    /**
     * Nothing has come since the last call.
     *
     * @throws CaptureException RETRY when the connection is dead
     */
    void quiet() throws CaptureException {
        if (nanoTime.getAsLong() - since < SILENCE_NANOS) {
            return;
        }
        silent = true;
        reasons.waiting(
                ReasonCode.CAPTURE_DATABASE_SILENT, "", Duration.ofNanos(SILENCE_NANOS), WalSenderWatchdog::silence);
        if (due) {
            throw CaptureException.retry(
                    "the database has sent its log, but nothing arrives any more: the connection is dead");
        }
        due = hasSent();
        since = nanoTime.getAsLong();
    }

    private static String silence() {
        return "the database sends no log, not even heartbeats: it is still decoding a long transaction, or starts"
                + " with an old one. No action is needed unless this lasts; pg_stat_replication and pg_stat_activity"
                + " show its activity";
    }

    private boolean hasSent() throws CaptureException {
        try (Connection connection = PostgresLogin.connect(config);
                PreparedStatement statement = connection.prepareStatement(SENT)) {
            statement.setInt(1, backendPid);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw CaptureException.retry("the database has ended the process that sent its log");
                }
                return row.getBoolean(1);
            }
        } catch (SQLException e) {
            throw CaptureException.of("the database sends nothing and does not say why", e);
        }
    }
}
