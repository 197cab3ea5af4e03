package io.gemel.vm;

import io.gemel.vm.StepFailure.Step;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One database transaction and the library's own statements in it. Rolled back when it is closed without a commit. For one thread; every
 * method throws its error classified.
 */
final class LedgerTransaction implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerTransaction.class);

    /** How much longer than the database the driver waits: the database's own word that time is up should come first. */
    private static final Duration NETWORK_GRACE = Duration.ofSeconds(2);

    /** Most dead connections that are taken from the pool for one transaction. */
    private static final int STALE_MAX = 100;

    /** Where connections come from, usually a pool. */
    @FunctionalInterface
    interface Source {
        Connection connection() throws SQLException;
    }

    /** What became of the wish to have a key. */
    enum Claim {
        GRANTED,
        /** Somebody has it: {@link #read}. */
        TAKEN,
        /** The site is not open. */
        CLOSED
    }

    /** What was found when the answer was stored. */
    enum Finish {
        /** To be committed. */
        WRITTEN,
        /** Nothing but the claim and the answer is written by this transaction. */
        NOTHING_WRITTEN,
        /** The site is not open any more. */
        CLOSED
    }

    private final Connection connection;
    private final boolean autoCommit;
    private final int networkTimeout;
    private final int millisLeft;
    private boolean ended;
    private @Nullable String transaction;

    private LedgerTransaction(Connection connection, boolean autoCommit, int networkTimeout, int millisLeft) {
        this.connection = connection;
        this.autoCommit = autoCommit;
        this.networkTimeout = networkTimeout;
        this.millisLeft = millisLeft;
    }

    /**
     * Begins a transaction on a connection of the pool, whose wait for one has a bound of its own.
     *
     * @param timeLeft bounds each wait for the database, also for one that is silent
     * @param careful whether to ask connections first if they still live
     */
    static LedgerTransaction begin(Source source, Duration timeLeft, boolean careful) throws StepFailure {
        long start = System.nanoTime();
        for (int tried = 1; ; tried++) {
            Connection connection = take(source);
            Duration left = timeLeft.minusNanos(System.nanoTime() - start);
            try {
                return begin(connection, Math.toIntExact(Math.max(1, left.toMillis())), careful);
            } catch (SQLException | RuntimeException e) {
                boolean last = tried == STALE_MAX || left.isNegative();
                if (!careful || last) {
                    throw StepFailure.of(Step.CLAIM, e);
                }
            }
        }
    }

    private static Connection take(Source source) throws StepFailure {
        try {
            return source.connection();
        } catch (SQLException | RuntimeException e) {
            throw StepFailure.of(Step.CONNECT, e);
        }
    }

    private static LedgerTransaction begin(Connection connection, int millisLeft, boolean careful) throws SQLException {
        try {
            LedgerTransaction begun = new LedgerTransaction(
                    connection, connection.getAutoCommit(), connection.getNetworkTimeout(), millisLeft);
            connection.setNetworkTimeout(Runnable::run, millisLeft + Math.toIntExact(NETWORK_GRACE.toMillis()));
            connection.setAutoCommit(false);
            if (careful) {
                // Not isValid: a pool throws away a connection on which a statement failed.
                try (Statement ping = connection.createStatement()) {
                    ping.execute("SELECT 1");
                }
            }
            return begun;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * Takes a key with this status, and with this answer if there is one.
     *
     * @param declinedBefore non-permanent refusals of attempts before this one do not block it
     */
    Claim claim(VmConfig vm, Submission submission, long declinedBefore, String status, @Nullable Answer answer)
            throws StepFailure {
        try (PreparedStatement statement = connection.prepareStatement(LedgerSql.CLAIM)) {
            int i = 1;
            statement.setString(i++, SessionTag.of(vm.name()));
            statement.setString(i++, Integer.toString(millisLeft));
            statement.setString(i++, Integer.toString(millisLeft));
            statement.setString(i++, submission.key());
            statement.setLong(i++, declinedBefore);
            statement.setString(i++, submission.key());
            statement.setString(i++, submission.fingerprint());
            statement.setLong(i++, submission.attempt());
            statement.setString(i++, vm.site());
            statement.setString(i++, vm.name());
            statement.setString(i++, status);
            bind(statement, i, answer);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                boolean open = row.getBoolean(1);
                if (row.wasNull()) {
                    throw gateMissing();
                }
                transaction = row.getString(2);
                return transaction != null ? Claim.GRANTED : open ? Claim.TAKEN : Claim.CLOSED;
            }
        } catch (SQLException e) {
            throw StepFailure.of(Step.CLAIM, e);
        }
    }

    /** The committed row of a key; null when there is none (any more). */
    @Nullable
    LedgerEntry read(String key) throws StepFailure {
        try (PreparedStatement statement = connection.prepareStatement(LedgerSql.READ)) {
            statement.setString(1, key);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                int status = row.getInt(6);
                Answer answer =
                        row.wasNull() ? null : answer(status, row.getString(7), row.getBytes(8), row.getString(9));
                Timestamp at = row.getTimestamp(10);
                return new LedgerEntry(
                        key,
                        row.getString(1),
                        row.getLong(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        answer,
                        at == null ? null : at.toInstant());
            }
        } catch (SQLException | IllegalArgumentException e) {
            throw StepFailure.of(Step.CLAIM, e);
        }
    }

    /** Returns whether the site's gate is open. */
    boolean isOpen() throws StepFailure {
        return isOpen(LedgerSql.GATE, false);
    }

    /** The same; fails when the role lacks a right on the ledger, without which every submission would fail. */
    boolean isReady() throws StepFailure {
        return isOpen(LedgerSql.READY, true);
    }

    /** @param rights whether the second column says that the role has what it needs */
    private boolean isOpen(String query, boolean rights) throws StepFailure {
        try (PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                throw gateMissing();
            }
            if (rights && !row.getBoolean(2)) {
                throw StepFailure.rightMissing();
            }
            return row.getBoolean(1);
        } catch (SQLException e) {
            throw StepFailure.of(Step.CLAIM, e);
        }
    }

    /** Lets the application do its work. */
    Answer run(Work work, JoiningDataSource joining) throws StepFailure {
        try {
            SharedConnection own = new SharedConnection(GuardedConnection.around(connection), autoCommit);
            return Objects.requireNonNull(joining.run(work, own), "the work returned no answer");
        } catch (Exception
                | Error e) { // also a stack that was too deep, or a class that is not there: what it wrote is rolled
            // back
            throw StepFailure.of(Step.WORK, e);
        }
    }

    /** Stores the answer of a claimed key. */
    Finish finish(Submission submission, Answer answer) throws StepFailure {
        try (PreparedStatement statement = connection.prepareStatement(LedgerSql.FINISH)) {
            int i = bind(statement, 1, answer);
            statement.setString(i++, submission.key());
            statement.setString(i, transaction);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw StepFailure.failed(
                            "the application ended the transaction of submission '" + submission.key()
                                    + "' itself: part of its work may be committed without an answer. Only the library may commit");
                }
                if (!row.getBoolean(1)) {
                    return Finish.CLOSED;
                }
                return row.getBoolean(2) ? Finish.WRITTEN : Finish.NOTHING_WRITTEN;
            }
        } catch (SQLException e) {
            throw StepFailure.of(Step.FINISH, e);
        }
    }

    void commit() throws StepFailure {
        try {
            connection.commit();
            ended = true;
        } catch (SQLException | RuntimeException e) {
            throw StepFailure.of(Step.COMMIT, e);
        }
    }

    /** Rolls back unless it has been committed, and gives the connection back as it was. Never throws: nothing depends on it. */
    @Override
    public void close() {
        try (connection) {
            if (!ended) {
                connection.rollback();
            }
            connection.setAutoCommit(autoCommit);
            connection.setNetworkTimeout(Runnable::run, networkTimeout);
        } catch (SQLException | RuntimeException e) {
            LOG.debug("a connection could not be returned cleanly; the pool detects that", e);
        }
    }

    private static int bind(PreparedStatement statement, int first, @Nullable Answer answer) throws SQLException {
        int i = first;
        if (answer == null) {
            statement.setNull(i++, Types.INTEGER);
            statement.setNull(i++, Types.VARCHAR);
            statement.setNull(i++, Types.BINARY);
            statement.setNull(i++, Types.VARCHAR);
        } else {
            statement.setInt(i++, answer.status());
            statement.setString(i++, answer.contentType());
            statement.setBytes(i++, answer.body());
            statement.setString(i++, KeptHeaders.toText(answer.headers()));
        }
        return i;
    }

    private static Answer answer(
            int status, @Nullable String contentType, byte @Nullable [] body, @Nullable String headers) {
        return Answer.stored(status, contentType, body == null ? new byte[0] : body, KeptHeaders.ofText(headers));
    }

    private static StepFailure gateMissing() {
        return StepFailure.failed("gemel.gate has no row: run 'gemel prepare' for this database");
    }
}
