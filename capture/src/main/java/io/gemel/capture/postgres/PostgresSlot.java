package io.gemel.capture.postgres;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.capture.source.Published;
import io.gemel.capture.source.SourceDatabase;
import io.gemel.reason.Advice;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.PublicationIdentity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Judges whether the replication slot continues what was published, and makes its reader let go. Reads and ends connections, but never
 * creates, moves or drops a slot.
 */
final class PostgresSlot {
    /** How long an older reader of the slot may take to let go. */
    static final Duration RELEASE_TIMEOUT = Duration.ofSeconds(15);

    private static final long NOTHING = Published.NOTHING;
    private static final String START_ANEW = "; start the pair anew (docs/operate.md)";
    private static final String RESTORED = ": it was restored from a backup or failed over with a loss" + START_ANEW;
    private static final Duration RELEASE_POLL = Duration.ofMillis(20);

    /** Decodes what the slot has not confirmed, up to a commit, and consumes nothing. The server sends one number. */
    private static final String MISSING = """
            SELECT min(expected) FROM unnest(?::bigint[]) AS expected WHERE expected NOT IN (
                SELECT (lsn - '0/0')::bigint FROM pg_logical_slot_peek_binary_changes(
                           ?, '0/0'::pg_lsn + ?::numeric, NULL, 'proto_version', '1', 'publication_names', ?)
                 WHERE get_byte(data, 0) = ascii('C'))
            """;

    /** The server begins with the oldest transaction that was open then, so this may take as long as beginning to replicate. */
    private static final int DECODE_LIMIT_MILLIS = 3_600_000;

    private final CaptureConfig config;
    private final Connection connection;

    PostgresSlot(CaptureConfig config, Connection connection) {
        this.config = config;
        this.connection = connection;
    }

    /** See {@link SourceDatabase#check}. */
    void check(Published published) throws SQLException, CaptureException {
        PostgresSlotState state = checkState(published);
        if (state.activePid() != 0) {
            release(state.activePid());
        }
        checkHistory(state, published);
    }

    /** See {@link SourceDatabase#examine}. */
    void examine(Published published) throws SQLException, CaptureException {
        PostgresSlotState state = read();
        if (state.activePid() == 0) {
            checkHistory(checkState(published), published);
        } else {
            checkPublication(state, published);
            checkLog(published);
            checkSlot(state, published); // whoever reads it has looked where it stands
        }
    }

    /** See {@link SourceDatabase#examineSlot}. */
    void examineLost(Published published) throws SQLException, CaptureException {
        if (published.opened() == 0) {
            return;
        }
        PostgresSlotState state = read();
        if (state.plugin() == null && !isSealed(published)) {
            throw lost(published.last());
        }
        if (!state.published()) {
            checkPublication(state, published); // made again, it would hide what is missing
        }
        PostgresPublication.check(config, connection);
    }

    private PostgresSlotState checkState(Published published) throws SQLException, CaptureException {
        PostgresSlotState state = read();
        checkPublication(state, published);
        checkLog(published);
        checkSlot(state, published);
        checkPosition(state, published);
        return state;
    }

    private boolean isSealed(Published published) throws SQLException {
        return PostgresSeal.read(connection).seals(published.epoch());
    }

    private void checkHistory(PostgresSlotState state, Published published) throws SQLException, CaptureException {
        List<Long> unconfirmed = published.commits().stream()
                .filter(each -> each > state.confirmed())
                .toList();
        if (!unconfirmed.isEmpty()) {
            checkHistory(unconfirmed, published.last());
        }
    }

    /**
     * A restored database soon writes past the former end of its log. Its content there is not what was published, and
     * without this check the transactions in between would be missed silently.
     */
    private void checkHistory(List<Long> published, long last) throws SQLException, CaptureException {
        connection.setNetworkTimeout(Runnable::run, DECODE_LIMIT_MILLIS);
        try (PreparedStatement statement = connection.prepareStatement(MISSING)) {
            statement.setArray(1, connection.createArrayOf("bigint", published.toArray()));
            statement.setString(2, config.slot());
            statement.setLong(3, last);
            statement.setString(4, config.publication());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long missing = row.getLong(1);
                if (!row.wasNull()) {
                    throw CaptureException.halt(
                            Advice.CAPTURE_HISTORY_DIFFERS,
                            "no transaction of the database's log committed at " + lsn(missing)
                                    + ", but one was published" + RESTORED);
                }
            }
        }
    }

    /** What is committed while the publication lacks something is not in the log that the server sends later. */
    private void checkPublication(PostgresSlotState state, Published published) throws SQLException, CaptureException {
        String fix = published.opened() == 0
                ? ": run gemel prepare for site " + config.site()
                : ", and transactions committed in the meantime are missing in the log" + START_ANEW;
        if (!state.published()) {
            throw CaptureException.halt(
                    Advice.CAPTURE_PUBLICATION_MISSING,
                    "the publication " + config.publication() + " does not exist in database " + state.here() + fix);
        }
        if (!state.whole()) {
            throw CaptureException.halt(
                    Advice.CAPTURE_PUBLICATION_PARTIAL,
                    "the publication " + config.publication() + " leaves out operations" + fix);
        }
        // Without the markers every applied transaction would be taken for a local one and sent back.
        if (!state.hasOwnTables()) {
            throw CaptureException.halt(
                    Advice.CAPTURE_PUBLICATION_PARTIAL,
                    "the publication " + config.publication()
                            + " lacks some of " + GemelTable.APPLIED + ", " + GemelTable.HEARTBEAT + " and "
                            + GemelTable.EMIT + ": run gemel prepare for site "
                            + config.site());
        }
        if (published.opened() != 0) {
            PostgresPublication.check(config, connection);
        }
    }

    /** The first heartbeat is written after the first record of the log: a site that wrote one has lost what is empty now. */
    private void checkLog(Published published) throws SQLException, CaptureException {
        if (published.opened() == 0 && hasRun()) {
            throw CaptureException.halt(
                    Advice.CAPTURE_LOG_LOST,
                    "the log " + config.topic()
                            + " is empty, but this site has written to it. If log.topic.prefix or kafka.bootstrap.servers names"
                            + " another log than before, correct it, and nothing is lost. If the topic was deleted, what was"
                            + " published may be lost" + START_ANEW);
        }
    }

    private boolean hasRun() throws SQLException {
        return PostgresOwn.has(connection, GemelTable.HEARTBEAT)
                && PostgresOwn.isTrue(connection, "SELECT " + PublicationIdentity.HAS_RUN);
    }

    private void checkSlot(PostgresSlotState state, Published published) throws SQLException, CaptureException {
        boolean read = published.opened() != 0;
        String plugin = state.plugin();
        if (plugin == null) {
            if (read && !isSealed(published)) {
                throw lost(published.last());
            }
            throw CaptureException.halt(
                    Advice.CAPTURE_SLOT_MISSING,
                    "the replication slot " + config.slot() + " does not exist"
                            + (read ? ", and the last site process shut down cleanly" : "")
                            + ": run gemel prepare for site " + config.site());
        }
        if (!plugin.equals("pgoutput")) {
            throw CaptureException.halt(
                    Advice.CAPTURE_SLOT_PLUGIN,
                    "the replication slot " + config.slot() + " is for " + plugin
                            + ", not pgoutput: "
                            + (!read
                                    ? "drop it if nothing else needs it, then run gemel prepare"
                                    : "the one that this site read is gone, and transactions committed since may be lost"
                                            + START_ANEW));
        }
        if (!state.here().equals(state.database())) {
            throw CaptureException.halt(
                    Advice.CAPTURE_SLOT_ELSEWHERE,
                    "the replication slot " + config.slot() + " belongs to database "
                            + state.database() + ", not "
                            + state.here()
                            + ": correct database.url, or, when both databases are replicated, give the sites of one"
                            + " pair different names: slot names are unique per server");
        }
        if (state.isInvalid()) {
            throw CaptureException.halt(
                    Advice.CAPTURE_SLOT_GIVEN_UP,
                    "the server has invalidated the replication slot " + config.slot() + " ("
                            + state.invalid() + "), so committed transactions are missing: raise max_slot_wal_keep_size"
                            + START_ANEW);
        }
    }

    private CaptureException lost(long published) {
        return CaptureException.halt(
                Advice.CAPTURE_SLOT_LOST,
                "the replication slot " + config.slot()
                        + " does not exist, but the log was published up to " + lsn(published)
                        + ": transactions committed since may be lost" + START_ANEW);
    }

    private void checkPosition(PostgresSlotState state, Published end) throws SQLException, CaptureException {
        long published = end.last();
        if (published != NOTHING && state.confirmed() > published && !isResumed(state, end)) {
            throw CaptureException.halt(
                    Advice.CAPTURE_SLOT_AHEAD,
                    "the replication slot " + config.slot() + " stands at " + lsn(state.confirmed())
                            + ", ahead of what was published, " + lsn(published)
                            + ": it was recreated or moved, and the transactions in between are lost" + START_ANEW);
        }
        if (state.flushed() < published) {
            throw CaptureException.halt(
                    Advice.CAPTURE_HISTORY_SHORTER,
                    "the database's log ends at " + lsn(state.flushed()) + ", before what was published, "
                            + lsn(published) + RESTORED);
        }
    }

    /** The slot is the one that was created after the last process had ended in good order, and not read since. */
    private boolean isResumed(PostgresSlotState state, Published end) throws SQLException {
        PostgresSeal seal = PostgresSeal.read(connection);
        return seal.seals(end.epoch()) && seal.resumed() == state.confirmed();
    }

    private PostgresSlotState read() throws SQLException {
        return PostgresSlotState.read(config, connection);
    }

    /**
     * Makes a reader of the slot let go and waits until it has. Does nothing when the slot has another reader or none.
     *
     * @param pid server process of the reader; 0 for none
     */
    void release(int pid) throws SQLException {
        long deadline = System.nanoTime() + RELEASE_TIMEOUT.toNanos();
        boolean asked = false;
        while (pid != 0 && read().activePid() == pid && System.nanoTime() < deadline) {
            if (!asked) {
                terminate(pid);
                asked = true;
            }
            try {
                Thread.sleep(RELEASE_POLL.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void terminate(int pid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_terminate_backend(?)")) {
            statement.setInt(1, pid);
            statement.execute();
        }
    }

    /** A place in the database's log as PostgreSQL prints it. */
    static String lsn(long position) {
        return String.format("%X/%X", position >>> 32, position & 0xFFFF_FFFFL);
    }
}
