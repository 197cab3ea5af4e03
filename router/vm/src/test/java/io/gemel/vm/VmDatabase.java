package io.gemel.vm;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.fixture.LedgerServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * A database as {@code gemel prepare} leaves it, with its gate open, and an application's role that may do what the manual says, not more. The
 * table {@code effect} has no unique index: what happens twice is there twice.
 */
public final class VmDatabase implements AutoCloseable {
    static final String NAME = "postgres";
    static final String ROLE = "app";

    /** The commit of a transaction with an effect whose key begins with "hold" waits for this advisory lock. */
    static final long COMMIT_LOCK = 7;

    private static final int POOL_SIZE = 12;
    private static final long POOL_WAIT_MILLIS = 3_000;
    private static final String[] APPLICATION = {
        "CREATE TABLE effect (key text NOT NULL, vm text, at timestamptz NOT NULL DEFAULT clock_timestamp())",
        "CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0))",
        """
        CREATE FUNCTION hold_commit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.key LIKE 'hold%' THEN PERFORM pg_advisory_xact_lock(7); END IF;
          RETURN NULL;
        END $$""",
        """
        CREATE CONSTRAINT TRIGGER hold_commit AFTER INSERT ON effect DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION hold_commit()""",
        // The first two effects whose keys begin with "clash" meet other transactions, as it were. A sequence is never
        // rolled back.
        "CREATE SEQUENCE clashes",
        // An effect whose key is "state-" and an SQLSTATE fails with that, and is counted.
        "CREATE SEQUENCE runs",
        """
        CREATE FUNCTION clash() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.key LIKE 'state-%' THEN
            PERFORM nextval('runs');
            RAISE EXCEPTION 'it is not to be' USING ERRCODE = substr(NEW.key, 7);
          END IF;
          IF NEW.key LIKE 'clash%' AND nextval('clashes') <= 2 THEN
            RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';
          END IF;
          RETURN NEW;
        END $$""",
        "CREATE TRIGGER clash BEFORE INSERT ON effect FOR EACH ROW EXECUTE FUNCTION clash()",
        "CREATE ROLE app LOGIN",
        "GRANT SELECT, INSERT, UPDATE ON effect, account TO app",
        "GRANT USAGE ON SEQUENCE clashes, runs TO app",
        // As docs/vm.md has it.
        "GRANT USAGE ON SCHEMA gemel TO app",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON gemel.submission TO app",
        "GRANT SELECT ON gemel.gate TO app"
    };

    private final PostgresServer server;

    private VmDatabase(PostgresServer server) {
        this.server = server;
    }

    static VmDatabase start(Path directory) throws SQLException {
        return new VmDatabase(LedgerServer.start(directory, NAME, APPLICATION));
    }

    /** Forgets what earlier tests did, and opens the gate. */
    void reset() throws SQLException {
        server.execute(
                NAME,
                "TRUNCATE gemel.submission, effect, account",
                "ALTER SEQUENCE clashes RESTART",
                "INSERT INTO account VALUES (1, 100), (2, 100)",
                LedgerServer.OPEN_GATE);
    }

    PostgresServer server() {
        return server;
    }

    Connection connect() throws SQLException {
        return server.connect(NAME);
    }

    void execute(String... statements) throws SQLException {
        server.execute(NAME, statements);
    }

    /** A VM's pool, set up as the manual says. The caller closes it. */
    public HikariDataSource pool(String vm, VmLimits limits) {
        return pool(vm, limits, server.port());
    }

    /** The same through another port. */
    public HikariDataSource pool(String vm, VmLimits limits, int port) {
        return new HikariDataSource(poolConfig(vm, limits, port));
    }

    /** What such a pool is set up with. */
    HikariConfig poolConfig(String vm, VmLimits limits, int port) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://127.0.0.1:" + port + "/" + NAME);
        config.setUsername(ROLE);
        config.setMaximumPoolSize(POOL_SIZE);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(POOL_WAIT_MILLIS);
        // Through a database that is away: the pool comes up all the same.
        config.setInitializationFailTimeout(-1);
        Vm.sessionProperties(vm, limits).forEach(config::addDataSourceProperty);
        return config;
    }

    /** How often something happened for a key. */
    public long effects(String key) throws SQLException {
        return number("SELECT count(*) FROM effect WHERE key = ?", key);
    }

    /** The status of a key's row of the ledger; empty when there is none. */
    public String ledger(String key) throws SQLException {
        return text("SELECT status FROM gemel.submission WHERE key = ?", key);
    }

    long number(String query, Object... arguments) throws SQLException {
        return Long.parseLong(text(query, arguments));
    }

    public String text(String query, Object... arguments) throws SQLException {
        try (Connection connection = connect()) {
            return Sql.text(connection, query, arguments);
        }
    }

    List<String> texts(String query, Object... arguments) throws SQLException {
        try (Connection connection = connect()) {
            return Sql.list(connection, row -> row.getString(1), query, arguments);
        }
    }

    /** Lets every commit of an effect whose key begins with "hold" wait, until {@link #releaseCommits} or the end of the connection. */
    public Connection holdCommits() throws SQLException {
        Connection holder = connect();
        lock(holder, "pg_advisory_lock");
        return holder;
    }

    /** Lets every effect wait until the connection's transaction ends. The caller closes it. */
    Connection holdEffects() throws SQLException {
        Connection holder = connect();
        holder.setAutoCommit(false);
        try (Statement statement = holder.createStatement()) {
            statement.execute("LOCK TABLE effect IN SHARE MODE");
        }
        return holder;
    }

    public static void releaseCommits(Connection holder) throws SQLException {
        lock(holder, "pg_advisory_unlock");
    }

    private static void lock(Connection holder, String function) throws SQLException {
        try (Statement statement = holder.createStatement()) {
            statement.execute("SELECT " + function + "(" + COMMIT_LOCK + ")");
        }
    }

    /** Whether some session of this VM waits in its commit. */
    public boolean holdsCommitOf(String vm) throws SQLException {
        return !texts(
                        "SELECT pid::text FROM pg_stat_activity WHERE application_name = ? AND wait_event = 'advisory'"
                                + " AND query ILIKE 'commit%'",
                        "gemel-vm:" + vm)
                .isEmpty();
    }

    /** Whether some session of this VM waits for a table. */
    boolean waitsForTable(String vm) throws SQLException {
        return !texts(
                        "SELECT pid::text FROM pg_stat_activity WHERE application_name = ? AND wait_event = 'relation'",
                        "gemel-vm:" + vm)
                .isEmpty();
    }

    /** Whether some session of this VM waits for another transaction to end. */
    boolean waitsForKey(String vm) throws SQLException {
        return !texts(
                        "SELECT pid::text FROM pg_stat_activity WHERE application_name = ? AND wait_event = 'transactionid'",
                        "gemel-vm:" + vm)
                .isEmpty();
    }

    /** Ends a VM's sessions, as the site does for a VM that is dead. */
    void terminate(String vm) throws SQLException {
        texts(
                "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE application_name = ?",
                "gemel-vm:" + vm);
    }

    @Override
    public void close() {
        server.close();
    }
}
