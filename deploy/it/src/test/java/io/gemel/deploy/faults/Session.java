package io.gemel.deploy.faults;

import io.gemel.deploy.faults.History.Outcome;
import io.gemel.deploy.fixture.SiteFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** One connection of an application that remembers what it was told about each of its transactions. One thread. */
final class Session implements AutoCloseable {
    private final Connection connection;
    private final String writer;
    private final History history;

    /** The statements of one transaction. */
    @FunctionalInterface
    interface Body {
        void run(Statement statement, String id) throws SQLException;
    }

    private Session(Connection connection, String writer, History history) {
        this.connection = connection;
        this.writer = writer;
        this.history = history;
    }

    /**
     * Connects straight to a site's database.
     *
     * @param writer names the transactions; begins with the site's first letter
     */
    static Session open(SiteFixture site, String writer, History history) throws SQLException {
        Connection connection = site.connectAsAdministrator();
        connection.setAutoCommit(false);
        return new Session(connection, writer, history);
    }

    /** Connects as the role that Gemel itself works as. */
    static Session openAsGemel(SiteFixture site, String writer, History history) throws SQLException {
        Connection connection = site.connect();
        connection.setAutoCommit(false);
        return new Session(connection, writer, history);
    }

    /** Runs one transaction. After a failure the session can only be closed. */
    void transact(Body body) throws SQLException {
        String id = history.nextId(writer);
        boolean committing = false;
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO entry (id) VALUES ('" + id + "')");
            body.run(statement, id);
            committing = true;
            connection.commit();
            history.record(id, Outcome.ACKNOWLEDGED);
        } catch (SQLException e) {
            history.record(id, committing ? Outcome.IN_DOUBT : Outcome.FAILED);
            throw e;
        }
    }

    /** Carries out a submission; the transaction has no entry, since it may turn out void. After a failure as above. */
    void submit(String key, Body body) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            body.run(statement, history.nextId(writer));
            connection.commit();
            history.recordSubmission(key);
        }
    }

    /** Sets the session up; nothing of it is part of a transaction of the history. */
    void prepare(String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
        connection.commit();
    }

    /** The one number that a query gives; ends the snapshot that it was read in. */
    long number(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        } finally {
            connection.commit();
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
