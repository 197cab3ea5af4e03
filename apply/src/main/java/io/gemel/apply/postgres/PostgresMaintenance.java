package io.gemel.apply.postgres;

import static io.gemel.apply.postgres.PostgresWork.run;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import javax.sql.DataSource;

/** Removes what Gemel's own tables need no longer hold, in small transactions. One thread. */
final class PostgresMaintenance {
    /** Markers kept behind the newest one, for people who look. */
    private static final long MARKERS_KEPT = 1_000;

    private static final int JOURNAL_DELETE_ROWS_MAX = 10_000;

    /** Submissions deleted in one transaction, which the peer applies as one. */
    private static final int SUBMISSION_BATCH_ROWS = 500;

    /** Such transactions in one run; the next run continues. */
    private static final int SUBMISSION_BATCHES_MAX = 200;

    private final ApplyConfig config;
    private final DataSource connections;

    PostgresMaintenance(ApplyConfig config, DataSource connections) {
        this.config = config;
        this.connections = connections;
    }

    void tidyUp() throws ApplyFailure {
        // Capture finds corrections in the database's log.
        execute("DELETE FROM " + GemelTable.EMIT + " WHERE at < now() - interval '1 minute'");
        execute(
                "DELETE FROM " + GemelTable.APPLIED + " WHERE origin = ? AND (position, peer_seen) <"
                        + " (SELECT position, peer_seen FROM " + GemelTable.APPLIED + " WHERE origin = ?"
                        + " ORDER BY position DESC, peer_seen DESC OFFSET ? LIMIT 1)",
                config.peer().name(),
                config.peer().name(),
                MARKERS_KEPT);
        execute("DELETE FROM " + GemelTable.VOID + " WHERE local_position <= (SELECT max(peer_seen) FROM "
                + GemelTable.APPLIED + ")");
        execute(
                "DELETE FROM " + GemelTable.JOURNAL + " WHERE id IN (SELECT id FROM " + GemelTable.JOURNAL
                        + " WHERE at < now() - make_interval(secs => ?) ORDER BY at LIMIT ?)",
                (double) config.journalRetention().toSeconds(),
                JOURNAL_DELETE_ROWS_MAX);
        forgetSubmissions();
    }

    /** Only those of this site's own VMs: the deletes travel to the peer like any other change, and meet none there. */
    private void forgetSubmissions() throws ApplyFailure {
        int forgotten = SUBMISSION_BATCH_ROWS;
        for (int batch = 0; batch < SUBMISSION_BATCHES_MAX && forgotten == SUBMISSION_BATCH_ROWS; batch++) {
            forgotten = execute(
                    "DELETE FROM " + GemelTable.SUBMISSION + " WHERE key IN (SELECT key FROM " + GemelTable.SUBMISSION
                            + " WHERE at < now() - make_interval(secs => ?) AND site = ? ORDER BY at LIMIT ?)",
                    (double) config.submissionRetention().toSeconds(),
                    config.site().name(),
                    SUBMISSION_BATCH_ROWS);
        }
    }

    private int execute(String sql, Object... arguments) throws ApplyFailure {
        return run(() -> {
            try (Connection connection = connections.getConnection()) {
                return new PostgresSession(connection).execute(sql, arguments);
            }
        });
    }
}
