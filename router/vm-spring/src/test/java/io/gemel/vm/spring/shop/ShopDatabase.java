package io.gemel.vm.spring.shop;

import io.gemel.deploy.database.Sql;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.fixture.LedgerServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The shop's database as {@code gemel prepare} leaves it, with its gate open, and the role that the application connects as. */
final class ShopDatabase implements AutoCloseable {
    static final String NAME = "postgres";
    static final String ROLE = "app";

    private static final String[] APPLICATION = {
        // Without a unique index: what happens twice is there twice.
        "CREATE TABLE purchase (id uuid PRIMARY KEY, article text NOT NULL)",
        "CREATE TABLE article (id int PRIMARY KEY, stock int NOT NULL, version bigint NOT NULL)",
        "CREATE TABLE note (id int PRIMARY KEY, text text)",
        "CREATE ROLE app LOGIN",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON purchase, article, note TO app",
        "GRANT USAGE ON SCHEMA gemel TO app",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON gemel.submission TO app",
        "GRANT SELECT ON gemel.gate TO app"
    };

    private final PostgresServer server;

    private ShopDatabase(PostgresServer server) {
        this.server = server;
    }

    static ShopDatabase start(Path directory) throws SQLException {
        return new ShopDatabase(LedgerServer.start(directory, NAME, APPLICATION));
    }

    /** Forgets what earlier tests did. */
    void reset() throws SQLException {
        execute("TRUNCATE gemel.submission, purchase, article, note", "INSERT INTO article VALUES (1, 10, 0)");
    }

    int port() {
        return server.port();
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + NAME;
    }

    void execute(String... statements) throws SQLException {
        server.execute(NAME, statements);
    }

    /** How many purchases there are of an article. */
    int purchases(String article) throws SQLException {
        return Integer.parseInt(text("SELECT count(*) FROM purchase WHERE article = ?", article));
    }

    /** The status of a key's row of the ledger; empty when there is none. */
    String ledger(String key) throws SQLException {
        return text("SELECT status FROM gemel.submission WHERE key = ?", key);
    }

    String text(String query, Object... arguments) throws SQLException {
        try (Connection connection = server.connect(NAME)) {
            return Sql.text(connection, query, arguments);
        }
    }

    List<String> texts(String query, Object... arguments) throws SQLException {
        try (Connection connection = server.connect(NAME)) {
            return Sql.list(connection, row -> row.getString(1), query, arguments);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
