package io.gemel.capture.postgres;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.capture.source.Published;
import io.gemel.capture.source.SourceDatabase;
import io.gemel.capture.source.TransactionSink;
import io.gemel.reason.Reasons;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.LogOwner;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** A PostgreSQL database: a pgoutput replication slot, read with Debezium. */
public final class PostgresDatabase implements SourceDatabase {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresDatabase.class);

    private final CaptureConfig config;
    private final Reasons reasons;
    private volatile @Nullable DebeziumRunner engine;
    private volatile boolean abandoned;

    public PostgresDatabase(CaptureConfig config, Reasons reasons) {
        this.config = config;
        this.reasons = reasons;
    }

    @Override
    public String print(long commitPosition) {
        return PostgresSlot.lsn(commitPosition);
    }

    @Override
    public LogOwner identify() throws CaptureException {
        try (Connection connection = PostgresLogin.connect(config)) {
            return PostgresOwner.read(config, connection);
        } catch (SQLException e) {
            throw CaptureException.of("the database cannot be identified", e);
        }
    }

    @Override
    public boolean isSealed(Published published) throws CaptureException {
        try (Connection connection = PostgresLogin.connect(config)) {
            return PostgresSeal.read(connection).seals(published.epoch());
        } catch (SQLException e) {
            throw CaptureException.of(GemelTable.SEAL + " cannot be read", e);
        }
    }

    @Override
    public void examine(Published published) throws CaptureException {
        ask(slot -> slot.examine(published));
    }

    @Override
    public void examineSlot(Published published) throws CaptureException {
        ask(slot -> slot.examineLost(published));
    }

    @Override
    public void check(Published published) throws CaptureException {
        ask(slot -> slot.check(published));
    }

    @FunctionalInterface
    private interface Question {
        void ask(PostgresSlot slot) throws SQLException, CaptureException;
    }

    private void ask(Question question) throws CaptureException {
        try (Connection connection = PostgresLogin.connect(config)) {
            question.ask(new PostgresSlot(config, connection));
        } catch (SQLException e) {
            throw CaptureException.of("the replication slot " + config.slot() + " cannot be checked", e);
        }
    }

    @Override
    public void start(
            long published, TransactionSink sink, LongSupplier acknowledged, Consumer<CaptureException> failed)
            throws CaptureException, InterruptedException {
        DebeziumRunner starting =
                new DebeziumRunner(config, new PostgresTap(config, published, sink, acknowledged, reasons), failed);
        engine = starting;
        starting.start();
    }

    @Override
    public void abandon() {
        abandoned = true;
        DebeziumRunner running = engine;
        if (running != null) {
            running.abandon();
        }
    }

    @Override
    public void close() {
        DebeziumRunner running = engine;
        if (running == null) {
            return;
        }
        running.close();
        engine = null;
        LOG.atLevel(reasons.isHalted() ? Level.DEBUG : Level.INFO)
                .log("capture stopped: slot {}, confirmed up to {}", config.slot(), print(running.confirmed()));
        if (abandoned) {
            return;
        }
        try (Connection connection = PostgresLogin.connect(config)) {
            new PostgresSlot(config, connection).release(running.backendPid());
        } catch (SQLException e) {
            // The database is away, and its end of the connection with it.
        }
    }
}
