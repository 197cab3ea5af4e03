package io.gemel.capture;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL database: a pgoutput replication slot, read with Debezium. */
final class PostgresDatabase implements SourceDatabase {
    private static final String APPLICATION_NAME = "gemel-capture";
    private static final String CONNECT_SECONDS = "10";
    private static final String ANSWER_SECONDS = "30";

    private final CaptureConfig config;
    private @Nullable PostgresEngine engine;

    PostgresDatabase(CaptureConfig config) {
        this.config = config;
    }

    /** A new plain connection; the caller closes it. */
    static Connection connect(CaptureConfig config) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", config.user());
        properties.setProperty("password", config.password());
        properties.setProperty("ApplicationName", APPLICATION_NAME);
        properties.setProperty("connectTimeout", CONNECT_SECONDS);
        properties.setProperty("socketTimeout", ANSWER_SECONDS);
        properties.setProperty("tcpKeepAlive", "true");
        return DriverManager.getConnection(config.jdbcUrl(), properties);
    }

    @Override
    public void check(long published) throws CaptureException, InterruptedException {
        try (Connection connection = connect(config)) {
            new PostgresSlot(config, connection).check(published);
        } catch (SQLException e) {
            throw CaptureException.of("the replication slot " + config.slot() + " cannot be checked", e);
        }
    }

    @Override
    public void start(
            long published, TransactionSink sink, LongSupplier acknowledged, Consumer<CaptureException> failed)
            throws CaptureException, InterruptedException {
        PostgresEngine starting =
                new PostgresEngine(config, new PostgresTap(config, published, sink, acknowledged), failed);
        engine = starting;
        starting.start();
    }

    @Override
    public void close() {
        PostgresEngine running = engine;
        if (running == null) {
            return;
        }
        running.close();
        engine = null;
        try (Connection connection = connect(config)) {
            new PostgresSlot(config, connection).release(running.backendPid());
        } catch (SQLException e) {
            // The database is away, and its end of the connection with it.
        }
    }
}
