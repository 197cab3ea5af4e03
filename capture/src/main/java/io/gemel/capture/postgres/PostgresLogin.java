package io.gemel.capture.postgres;

import io.gemel.capture.api.CaptureConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** Opens plain connections to the database, beside the one that replicates. */
final class PostgresLogin {
    private static final String APPLICATION_NAME = "gemel-capture";
    private static final String CONNECT_SECONDS = "10";
    /** Longest that the server may take to answer a query, before the connection is considered dead. */
    static final String ANSWER_SECONDS = "30";

    private PostgresLogin() {}

    /** A new connection; the caller closes it. */
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
}
