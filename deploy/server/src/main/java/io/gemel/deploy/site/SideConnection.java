package io.gemel.deploy.site;

import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.SiteDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the site's database for short questions: opened at the first one, kept, and opened anew after a failure. It commits
 * after each statement. Calls wait for each other; none takes much longer than the limits below.
 */
final class SideConnection implements AutoCloseable {
    private static final String CONNECT_SECONDS_MAX = "1";
    private static final Duration ANSWER_MAX = Duration.ofSeconds(2);

    private final SiteConfig config;
    private final String purpose;
    private final Duration answerMax;
    private volatile @Nullable Connection connection;
    private boolean closed;

    /** @param purpose what the server's list of sessions shows */
    SideConnection(SiteConfig config, String purpose) {
        this(config, purpose, ANSWER_MAX);
    }

    /**
     * @param purpose what the server's list of sessions shows
     * @param answerMax longest that an answer may take
     */
    SideConnection(SiteConfig config, String purpose, Duration answerMax) {
        this.config = config;
        this.purpose = purpose;
        this.answerMax = answerMax;
    }

    /** What is asked. */
    @FunctionalInterface
    interface Question<T> {
        T ask(Connection connection) throws SQLException, InterruptedException;
    }

    synchronized <T> T ask(Question<T> question) throws SQLException, InterruptedException {
        Connection asked = connection;
        if (asked == null) {
            asked = open();
            connection = asked;
        }
        try {
            return question.ask(asked);
        } catch (SQLException e) {
            // The server's own refusals leave the connection as it was; anything else may have broken it.
            if (!asked.isValid(1)) {
                forget();
            }
            throw e;
        }
    }

    private Connection open() throws SQLException {
        if (closed) {
            throw new SQLException("closed");
        }
        Properties settings = new Properties();
        settings.setProperty("user", config.database().user());
        settings.setProperty("password", config.database().password().text());
        settings.setProperty("ApplicationName", "gemel-" + purpose + "-" + config.site());
        settings.setProperty("connectTimeout", CONNECT_SECONDS_MAX);
        Duration stepMax = answerMax.compareTo(ANSWER_MAX) < 0 ? answerMax : ANSWER_MAX;
        settings.setProperty("socketTimeout", String.valueOf(stepMax.toSeconds()));
        settings.setProperty("tcpKeepAlive", "true");
        Connection opened = SiteDatabase.printingPlainly(
                DriverManager.getConnection(config.database().url(), settings));
        opened.setNetworkTimeout(Runnable::run, Math.toIntExact(answerMax.toMillis()));
        return opened;
    }

    /** Whether it keeps one, as far as it knows. Any thread, at once. */
    boolean isOpen() {
        return connection != null;
    }

    /** Cuts off whoever waits for an answer. Any thread, at once. */
    void abort() {
        Connection asked = connection;
        if (asked != null) {
            try {
                asked.abort(Runnable::run);
            } catch (SQLException e) {
                return; // what there was of it is gone
            }
        }
    }

    private void forget() throws SQLException {
        Connection broken = connection;
        connection = null;
        if (broken != null) {
            broken.abort(Runnable::run);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            forget();
        } catch (SQLException e) {
            connection = null; // the server is away, and its end of the connection with it
        }
    }
}
