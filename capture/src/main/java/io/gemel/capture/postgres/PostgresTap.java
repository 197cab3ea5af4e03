package io.gemel.capture.postgres;

import io.debezium.DebeziumException;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.connector.postgresql.connection.ReplicationMessage;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.debezium.connector.postgresql.connection.WalPositionLocator;
import io.debezium.connector.postgresql.spi.SlotCreationResult;
import io.debezium.jdbc.JdbcConnection;
import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.capture.source.Published;
import io.gemel.capture.source.TransactionSink;
import io.gemel.reason.Reasons;
import io.gemel.reason.RowLimit;
import io.gemel.transaction.ValueText;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import org.slf4j.MDC;

/**
 * Stands between Debezium and its replication connection: takes every decoded message to the sink, none to Debezium's own
 * pipeline, and confirms the slot as far as the log is acknowledged. Where to begin and how values are printed is decided here
 * too. Apart from {@link #streaming} and {@link #stop} all runs on Debezium's streaming thread.
 */
final class PostgresTap {
    /** Longest wait for the server to send something; what is acknowledged meanwhile is confirmed after it. */
    private static final int WAIT_MILLIS = 100;

    /** Messages taken before Debezium's loop gets its turn. */
    private static final int BATCH_MESSAGES = 1_000;

    private static final long MICROS = 1_000_000L;

    private final CaptureConfig config;
    private final long published;
    private final TransactionSink sink;
    private final Reasons reasons;
    private final PostgresLargeValues large;
    private final CountDownLatch streaming = new CountDownLatch(1);
    private volatile int backendPid;
    private final SlotConfirmation slot;
    private final ServerConnections connections = new ServerConnections();
    private final InterruptibleWork work = new InterruptibleWork();

    PostgresTap(
            CaptureConfig config, long published, TransactionSink sink, LongSupplier acknowledged, Reasons reasons) {
        this.config = config;
        this.published = published;
        this.sink = sink;
        this.reasons = reasons;
        slot = new SlotConfirmation(config, acknowledged, reasons);
        large = new PostgresLargeValues(config.rowRoom(), RowLimit.LOGGED_BYTES_MAX);
    }

    /** Puts the tap on a connection that Debezium has built, beside the one that it asks its questions on. */
    ReplicationConnection on(ReplicationConnection connection, Connection asked, PostgresTables tables) {
        connections.questions(asked);
        return new TappedConnection(connection, new RowDecoder(config, new PostgresCatalog(config), tables, large));
    }

    /** Released when the server sends its log. */
    CountDownLatch streaming() {
        return streaming;
    }

    /** Server process that sends the log; 0 before there is one. */
    int backendPid() {
        return backendPid;
    }

    /** How far the slot was confirmed; 0 before it is. */
    long confirmed() {
        return slot.confirmed();
    }

    /** Accepts nothing more, and wakes the streaming thread from waiting for space. Any thread; may be repeated. */
    void stop() {
        work.stop();
    }

    /** Waits no more for a server that is gone; the streaming thread fails. Any thread. */
    void cutOff() {
        connections.cutOff();
    }

    private final class TappedConnection implements ReplicationConnection {
        private final ReplicationConnection connection;
        private final RowDecoder rows;

        TappedConnection(ReplicationConnection connection, RowDecoder rows) {
            this.connection = connection;
            this.rows = rows;
        }

        @Override
        public ReplicationStream startStreaming(WalPositionLocator locator) throws SQLException, InterruptedException {
            MDC.put("site", config.site().name());
            JdbcConnection replicating = (JdbcConnection) connection;
            connections.log(replicating.connection(false));
            replicating.execute(ValueText.SETTINGS.toArray(String[]::new));
            backendPid = replicating.queryAndMap(
                    "SELECT pg_backend_pid()", replicating.singleResultMapper(row -> row.getInt(1), "no backend pid"));
            PostgresLogInput input = PostgresLogSocket.below(replicating.connection(false), large);
            // Beginning behind the last published commit makes the server itself leave out what is published.
            ReplicationStream stream = published == Published.NOTHING
                    ? connection.startStreaming(locator)
                    : connection.startStreaming(Lsn.valueOf(published), locator);
            streaming.countDown();
            return new TappedStream(stream, input, rows);
        }

        @Override
        public ReplicationStream startStreaming(Lsn offset, WalPositionLocator locator) {
            throw new DebeziumException(
                    CaptureException.retry("Debezium brought an offset of its own, " + offset + ", but keeps none"));
        }

        @Override
        public Optional<SlotCreationResult> createReplicationSlot() {
            throw new DebeziumException(CaptureException.retry("the replication slot has just disappeared"));
        }

        @Override
        public void initConnection() throws SQLException, InterruptedException {
            connection.initConnection();
        }

        @Override
        public boolean isConnected() throws SQLException {
            return connection.isConnected();
        }

        @Override
        public void reconnect() throws SQLException {
            connection.reconnect();
        }

        @Override
        public void close() throws SQLException {
            large.clear();
            ((JdbcConnection) connection).close();
        }
    }

    private final class TappedStream implements ReplicationStream {
        private final ReplicationStream stream;
        private final PostgresLogInput input;
        private final RowDecoder rows;
        private final WalSenderWatchdog sender = new WalSenderWatchdog(config, backendPid, System::nanoTime, reasons);

        TappedStream(ReplicationStream stream, PostgresLogInput input, RowDecoder rows) {
            this.stream = stream;
            this.input = input;
            this.rows = rows;
        }

        @Override
        public boolean readPending(ReplicationMessageProcessor ignored) throws SQLException, InterruptedException {
            slot.confirm(stream);
            boolean any = takePending() || (isSomethingSent() && takePending());
            listen(any);
            return any;
        }

        private boolean takePending() throws SQLException, InterruptedException {
            int taken = 0;
            while (taken < BATCH_MESSAGES && stream.readPending(this::take)) {
                taken++;
            }
            return taken > 0;
        }

        /** Debezium itself would look again and again. */
        private boolean isSomethingSent() throws SQLException {
            try {
                return input.await(WAIT_MILLIS);
            } catch (IOException e) {
                throw new SQLException("the connection on which the database sends its log is lost", "08006", e);
            }
        }

        private void listen(boolean heard) {
            if (heard) {
                sender.heard();
                return;
            }
            try {
                sender.quiet();
            } catch (CaptureException e) {
                cutOff(); // to take leave would mean to wait for an answer
                throw new DebeziumException(e);
            }
        }

        private void take(ReplicationMessage message) throws InterruptedException {
            if (!work.begin()) {
                return;
            }
            try {
                hand(message);
            } catch (CaptureException e) {
                throw new DebeziumException(e);
            } catch (InterruptedException e) {
                if (work.begin()) {
                    throw e;
                }
            } finally {
                large.clear();
                work.end();
            }
        }

        private void hand(ReplicationMessage message) throws CaptureException, InterruptedException {
            switch (message.getOperation()) {
                case BEGIN -> sink.begin(message.getTransactionId().getAsLong(), micros(message.getCommitTime()));
                case COMMIT -> sink.end(position());
                case INSERT, UPDATE, DELETE, TRUNCATE -> rows.read(message, sink);
                case MESSAGE -> {
                    if (message.isLastEventForLsn()) { // not part of a transaction
                        sink.passed(position());
                    }
                }
                default -> {} // tables out of sight, origins
            }
        }

        private long position() {
            return stream.lastReceivedLsn().asLong();
        }

        @Override
        public void read(ReplicationMessageProcessor processor) {
            throw new UnsupportedOperationException("Debezium reads without waiting");
        }

        @Override
        public void flushLsn(Lsn lsn) {
            // Only what Kafka has acknowledged is confirmed, by SlotConfirmation; Debezium itself has published
            // nothing.
        }

        @Override
        public Lsn lastReceivedLsn() {
            return stream.lastReceivedLsn();
        }

        @Override
        public Lsn startLsn() {
            return stream.startLsn();
        }

        @Override
        public void startKeepAlive(ExecutorService service) {
            stream.startKeepAlive(service);
        }

        @Override
        public void stopKeepAlive() {
            stream.stopKeepAlive();
        }

        @Override
        public void close() throws SQLException {
            try {
                stream.close();
            } catch (SQLException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new SQLException("the replication stream could not be closed", e);
            }
        }
    }

    private static long micros(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), MICROS), time.getNano() / 1_000);
    }
}
