package io.gemel.apply.postgres;

import static io.gemel.apply.postgres.PostgresWork.run;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.LockWait;
import io.gemel.apply.target.ParkedStore;
import io.gemel.apply.target.RepairStore;
import io.gemel.apply.target.StoredState;
import io.gemel.apply.target.TargetActivity;
import io.gemel.apply.target.TargetDatabase;
import io.gemel.apply.target.TargetTransaction;
import io.gemel.apply.target.Uninterrupted;
import io.gemel.conflict.log.ReadProgress;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.Marker;
import io.gemel.transaction.ValueText;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL as the target. One connection applies and holds the site's leadership as a session-level advisory lock, so
 * that a process which lost it cannot write; a few more write heartbeats and do maintenance.
 *
 * <p>The applying session runs with {@code session_replication_role = replica}: triggers and foreign keys took effect
 * where the transaction originated, and their effects are part of it. Its commits need not wait for the disk: a commit
 * that is lost with the server is lost together with its marker, and applied again.
 */
public final class PostgresTarget implements TargetDatabase {
    /** For heartbeats, those that the applier asks for, questions about the log and about locks, and maintenance. */
    private static final int SIDE_CONNECTIONS_MAX = 5;

    private static final int CONNECT_SECONDS_MAX = 10;

    /**
     * A statement without an answer for this long, beyond what it may wait for locks, has lost its server: a connection that a
     * firewall forgot stays silent for hours. The heartbeat, a single row, finds out first.
     */
    private static final long ANSWER_SECONDS_MAX = 20;

    private static final long HEARTBEAT_ANSWER_SECONDS_MAX = 10;

    /**
     * Every statement looks rows up by their keys, one after the other. Only a bitmap needs a condition to begin with: with any other scan
     * PostgreSQL would go through the whole table for each row wherever it believes that there are hardly any, as it does of a table that it
     * analyzed in the middle of a long transaction that filled it.
     */
    private static final String BY_KEY =
            "SET enable_seqscan = off; SET enable_indexscan = off; SET enable_indexonlyscan = off;"
                    + "SET enable_bitmapscan = on; SET enable_nestloop = on; SET enable_hashjoin = off; SET enable_mergejoin = off;";

    /**
     * A statement whose client is gone must not keep its locks, and the leadership, until it ends. Only Linux knows so
     * early.
     */
    private static final String NO_ORPHANS = "SELECT set_config(name, '2000', false) FROM pg_settings"
            + " WHERE name = 'client_connection_check_interval' AND version() LIKE '%linux%';";

    private static final String APPLY_SESSION = ValueText.SCRIPT
            + "SET default_transaction_read_only = off; SET default_transaction_isolation = 'read committed';"
            + "SET session_replication_role = replica;"
            + "SET synchronous_commit = off; SET jit = off;" + BY_KEY + NO_ORPHANS
            + "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET idle_session_timeout = 0;"
            + "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout';" // from 17 on
            // A host that dies without a word must not keep the leadership.
            + "SET tcp_keepalives_idle = 2; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3;";

    /** The pool takes a feature that is not supported, which is an error of one statement, for a broken connection. */
    private static final SQLExceptionOverride ONE_STATEMENT = new SQLExceptionOverride() {
        @java.lang.Override
        public SQLExceptionOverride.Override adjudicate(SQLException error) {
            return "0A000".equals(error.getSQLState())
                    ? SQLExceptionOverride.Override.DO_NOT_EVICT
                    : SQLExceptionOverride.Override.CONTINUE_EVICT;
        }
    };

    private final ApplyConfig config;
    private final HikariDataSource applyPool;
    private final HikariDataSource sidePool;
    private final WriterHorizon writers;
    private final PostgresCatalog catalog;
    private final PostgresActivity activity;
    private volatile int backendPid;
    private volatile boolean abandoned;
    private volatile @Nullable Connection connection;
    private @Nullable PostgresSession sql;

    public PostgresTarget(ApplyConfig config, ReadProgress progress) {
        this.config = config;
        writers = new WriterHorizon(progress);
        RowsAtWork rowsAtWork = new RowsAtWork();
        catalog = new PostgresCatalog(config, rowsAtWork);
        applyPool = pool(
                "apply",
                1,
                answerSeconds(config),
                APPLY_SESSION + "SET lock_timeout = " + config.lockTimeout().toMillis());
        sidePool = pool(
                "heartbeat",
                SIDE_CONNECTIONS_MAX,
                HEARTBEAT_ANSWER_SECONDS_MAX,
                "SET default_transaction_read_only = off; SET synchronous_commit = on; SET lock_timeout = '5s'");
        activity = new PostgresActivity(sidePool, rowsAtWork);
    }

    private static long answerSeconds(ApplyConfig config) {
        return ANSWER_SECONDS_MAX + config.lockTimeout().toSeconds();
    }

    private HikariDataSource pool(String role, int size, long answerSeconds, String session) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("gemel-" + role + "-" + config.site());
        pool.setJdbcUrl(config.jdbcUrl());
        pool.setUsername(config.user());
        pool.setPassword(config.password());
        pool.setMaximumPoolSize(size);
        pool.setMinimumIdle(0);
        pool.setMaxLifetime(0);
        pool.setConnectionTimeout(CONNECT_SECONDS_MAX * 1_000L);
        pool.setInitializationFailTimeout(-1);
        pool.setConnectionInitSql(session);
        pool.setExceptionOverride(ONE_STATEMENT);
        pool.addDataSourceProperty("ApplicationName", "gemel-" + role + "-" + config.site());
        pool.addDataSourceProperty("stringtype", "unspecified");
        // Values are read as the server's own text; the driver's text of a binary value is another one.
        pool.addDataSourceProperty("binaryTransfer", "false");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        pool.addDataSourceProperty("socketTimeout", String.valueOf(answerSeconds));
        pool.addDataSourceProperty("connectTimeout", String.valueOf(CONNECT_SECONDS_MAX));
        return new HikariDataSource(pool);
    }

    @Override
    public boolean tryLead() throws ApplyFailure {
        return run(() -> {
            Connection mine = connection;
            if (mine == null) {
                mine = applyPool.getConnection();
                mine.setAutoCommit(false);
                connection = mine;
                sql = new PostgresSession(mine);
                backendPid = sql().one("SELECT pg_backend_pid()", row -> row.getInt(1));
            }
            boolean leads = sql().one(
                            "SELECT pg_try_advisory_lock(hashtext(?), 1)",
                            row -> row.getBoolean(1),
                            "gemel:" + config.site());
            mine.commit();
            return leads;
        });
    }

    @Override
    public StoredState stored() throws ApplyFailure {
        return new PostgresRecollection(config, connection(), sql());
    }

    @Override
    public ParkedStore parked() throws ApplyFailure {
        return new PostgresParkedStore(connection(), sql());
    }

    @Override
    public RepairStore repairs() throws ApplyFailure {
        return new PostgresRepairStore(connection(), sql());
    }

    @Override
    public TargetTransaction begin(Marker marker) throws ApplyFailure {
        writers.refresh();
        catalog.begin();
        return run(() -> {
            connection().setNetworkTimeout(Runnable::run, Math.toIntExact(answerSeconds(config) * 1_000));
            String id = sql().one(
                            "INSERT INTO " + GemelTable.APPLIED
                                    + " (origin, position, epoch, version_micros, peer_seen, peer_commit, horizon)"
                                    + " VALUES (?, ?, ?, ?, ?, ?, pg_snapshot_xmin(pg_current_snapshot())::text)"
                                    + " ON CONFLICT (origin, position, peer_seen) DO UPDATE SET horizon = EXCLUDED.horizon"
                                    + " RETURNING pg_current_xact_id()::text",
                            row -> row.getString(1),
                            config.peer().name(),
                            marker.position(),
                            marker.epoch(),
                            marker.version().micros(),
                            marker.peerSeen(),
                            marker.peerCommit());
            return new PostgresTransaction(connection(), sql(), catalog, writers, Long.parseLong(id));
        });
    }

    @Override
    public void forgetTables() {
        catalog.forget();
    }

    @Override
    public void beat() throws ApplyFailure {
        run(() -> {
            try (Connection side = sidePool.getConnection()) {
                String id = new PostgresSession(side)
                        .one(
                                "UPDATE " + GemelTable.HEARTBEAT + " SET beat = beat + 1, at = clock_timestamp(),"
                                        + " horizon = pg_snapshot_xmin(pg_current_snapshot())::text WHERE id = 1"
                                        + " RETURNING pg_current_xact_id()::text",
                                row -> row.getString(1));
                writers.beat(Long.parseLong(id));
                return id;
            }
        });
    }

    @Override
    public long logEnd() throws ApplyFailure {
        return run(() -> {
            try (Connection side = sidePool.getConnection()) {
                return new PostgresSession(side)
                        .one("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn", row -> row.getLong(1));
            }
        });
    }

    @Override
    public @Nullable TargetActivity activity() throws ApplyFailure {
        return activity.of(backendPid);
    }

    @Override
    public LockWait heartbeatLock() throws ApplyFailure {
        return activity.ofHeartbeat();
    }

    @Override
    public boolean terminate(LockWait.Holder holder) throws ApplyFailure {
        return activity.terminate(holder);
    }

    @Override
    public void maintain() throws ApplyFailure {
        new PostgresMaintenance(config, sidePool).tidyUp();
    }

    private PostgresSession sql() throws ApplyFailure {
        PostgresSession known = sql;
        if (known == null) {
            throw new ApplyFailure(Kind.RESTART, "not connected");
        }
        return known;
    }

    private Connection connection() throws ApplyFailure {
        Connection known = connection;
        if (known == null) {
            throw new ApplyFailure(Kind.RESTART, "not connected");
        }
        return known;
    }

    @Override
    public void abandon() {
        abandoned = true;
        cutOff();
    }

    /** Closes both pools; the connection that holds the leadership is cut off even in the middle of a statement. */
    @Override
    public void close() {
        cutOff();
        // A pool waits for the connection that it is opening, and forgets it when it is interrupted.
        Thread closing = new Thread(
                () -> {
                    sidePool.close();
                    applyPool.close();
                },
                "gemel-apply-close");
        closing.setDaemon(true);
        closing.start();
        if (!abandoned) {
            Uninterrupted.join(closing);
        }
    }

    private void cutOff() {
        Connection mine = connection;
        if (mine != null) {
            try {
                mine.unwrap(Connection.class).abort(Runnable::run);
            } catch (SQLException e) {
                applyPool.evictConnection(mine);
            }
        }
    }
}
