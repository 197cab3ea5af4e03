package io.gemel.apply.postgres;

import static io.gemel.apply.postgres.PostgresWork.run;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.LockWait;
import io.gemel.apply.target.LockWait.Holder;
import io.gemel.apply.target.TargetActivity;
import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What a session does and what it waits for, as the server's own views tell another session. Any one thread. */
final class PostgresActivity {
    private static final String ACTIVITY = """
            SELECT coalesce(wait_event_type, '') = 'Lock' AS waits, left(query, ?) AS statement,
                   extract(epoch FROM clock_timestamp() - query_start) * 1000 AS millis
              FROM pg_stat_activity WHERE pid = ? AND state = 'active'
            """;

    /** A session that waits for a row's writer holds the lock on that row's version, or waits for it as well. */
    private static final String LOCKS = """
            SELECT lock.locktype, lock.mode, lock.relation, lock.page, lock.tuple, lock.classid, lock.objid,
                   CASE WHEN target.oid IS NOT NULL THEN format('%I.%I', place.nspname, target.relname) END AS name
              FROM pg_locks AS lock
              LEFT JOIN pg_class AS target ON target.oid = lock.relation
              LEFT JOIN pg_namespace AS place ON place.oid = target.relnamespace
             WHERE lock.pid = ? AND (NOT lock.granted OR lock.locktype = 'tuple')
             ORDER BY lock.locktype <> 'tuple', lock.granted LIMIT 1
            """;

    private static final String KEY = """
            SELECT string_agg(format('%I::text', attname), ', ' ORDER BY place)
              FROM pg_index, unnest(indkey) WITH ORDINALITY AS key (number, place)
              JOIN pg_attribute ON attnum = number
             WHERE indrelid = ? AND attrelid = indrelid AND indisprimary
            """;

    /** A lock holder may itself wait for another one: those at the end of the chain are the blockers. */
    private static final String HOLDERS = """
            WITH RECURSIVE chain (pid) AS (
                %s
                UNION SELECT unnest(pg_blocking_pids(chain.pid)) FROM chain WHERE chain.pid <> 0)
            SELECT chain.pid, coalesce(holder.backend_start::text, '') AS started, coalesce(application_name, '') AS application,
                   coalesce(usename, '') AS role, state, left(query, ?) AS statement,
                   extract(epoch FROM clock_timestamp() - state_change)::bigint AS seconds,
                   coalesce(usename = current_user AND application_name LIKE 'gemel-%%'
                       AND application_name NOT LIKE 'gemel-vm:%%', false) AS own
              FROM chain LEFT JOIN pg_stat_activity AS holder ON holder.pid = chain.pid
             WHERE chain.pid = 0 OR cardinality(pg_blocking_pids(chain.pid)) = 0
             ORDER BY chain.pid
            """;

    private static final String BLOCKING = HOLDERS.formatted("SELECT unnest(pg_blocking_pids(?))");

    /** Nobody else has anything to lock there. */
    private static final String BEATING = HOLDERS.formatted("""
            SELECT pid FROM pg_locks WHERE relation = '%s'::regclass AND granted
                       AND mode <> 'AccessShareLock' AND pid <> ?""".formatted(GemelTable.HEARTBEAT));

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private static final String TERMINATE =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ? AND coalesce(backend_start::text, '') = ?";

    private final DataSource connections;
    private final RowsAtWork rowsAtWork;

    /** @param rowsAtWork what only the applier knows of its statement */
    PostgresActivity(DataSource connections, RowsAtWork rowsAtWork) {
        this.connections = connections;
        this.rowsAtWork = rowsAtWork;
    }

    /** What a session does now; null when it does nothing. */
    @Nullable
    TargetActivity of(int pid) throws ApplyFailure {
        return run(() -> {
            try (Connection connection = connections.getConnection();
                    PreparedStatement asked = connection.prepareStatement(ACTIVITY)) {
                asked.setInt(1, LockWait.STATEMENT_CHARS_MAX);
                asked.setInt(2, pid);
                try (ResultSet row = asked.executeQuery()) {
                    if (!row.next()) {
                        return null;
                    }
                    String statement = oneLine(row.getString("statement"));
                    LockWait wait = row.getBoolean("waits") ? wait(connection, pid, statement) : null;
                    return new TargetActivity(wait, statement, Duration.ofMillis(row.getLong("millis")));
                }
            }
        });
    }

    private LockWait wait(Connection connection, int pid, String statement) throws SQLException {
        String rows = rowsAtWork.text();
        String where = ", in " + (rows.isEmpty() ? "" : "work on " + rows + ", by ") + statement;
        String lock = "something" + where; // given to the applier between the two questions
        try (PreparedStatement asked = connection.prepareStatement(LOCKS)) {
            asked.setInt(1, pid);
            try (ResultSet row = asked.executeQuery()) {
                if (row.next()) {
                    lock = lock(connection, row, where);
                }
            }
        }
        return new LockWait(lock, holders(connection, BLOCKING, pid));
    }

    private static String lock(Connection connection, ResultSet lock, String where) throws SQLException {
        String type = lock.getString("locktype");
        String name = lock.getString("name");
        return switch (type) {
            case "tuple" -> row(connection, lock);
            case "relation" -> "table " + name + " (" + lock.getString("mode") + ")" + where;
            case "transactionid", "spectoken" -> "a key that another transaction has just written" + where;
            case "advisory" ->
                "the advisory lock " + lock.getLong("classid") + ", " + lock.getLong("objid")
                        + " that a trigger or rule requests" + where;
            default -> "a lock of type " + type + (name == null ? "" : " on " + name) + where;
        };
    }

    /** Who holds the row that the site's heartbeat writes. */
    LockWait ofHeartbeat() throws ApplyFailure {
        return run(() -> {
            try (Connection connection = connections.getConnection()) {
                return new LockWait("the row of " + GemelTable.HEARTBEAT, holders(connection, BEATING, 0));
            }
        });
    }

    /** The row that a version belongs to; who waits for its writer sees the version from before. */
    private static String row(Connection connection, ResultSet lock) throws SQLException {
        String name = lock.getString("name");
        String version = "(" + lock.getInt("page") + "," + lock.getInt("tuple") + ")";
        String unknown = "row " + version + " of " + name;
        try (PreparedStatement asked = connection.prepareStatement(KEY)) {
            asked.setLong(1, lock.getLong("relation"));
            try (ResultSet row = asked.executeQuery()) {
                String columns = row.next() ? row.getString(1) : null;
                return columns == null ? unknown : key(connection, name, columns, version, unknown);
            }
        }
    }

    private static String key(Connection connection, String name, String columns, String version, String unknown)
            throws SQLException {
        String query = "SELECT concat_ws(', ', " + columns + ") FROM ONLY " + name + " WHERE ctid = ?::tid";
        try (PreparedStatement asked = connection.prepareStatement(query)) {
            asked.setString(1, version);
            try (ResultSet row = asked.executeQuery()) {
                return row.next() ? "row " + name + "[" + row.getString(1) + "]" : unknown;
            }
        } catch (SQLException e) {
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                return unknown; // whoever waits for the whole table lets nobody read it
            }
            throw e;
        }
    }

    private static List<Holder> holders(Connection connection, String query, int pid) throws SQLException {
        List<Holder> holders = new ArrayList<>();
        try (PreparedStatement asked = connection.prepareStatement(query)) {
            asked.setInt(1, pid);
            asked.setInt(2, LockWait.STATEMENT_CHARS_MAX);
            try (ResultSet row = asked.executeQuery()) {
                while (row.next()) {
                    holders.add(new Holder(
                            row.getInt("pid"),
                            row.getString("started"),
                            "application " + row.getString("application") + ", role " + row.getString("role"),
                            doing(row),
                            row.getBoolean("own")));
                }
            }
        }
        return holders;
    }

    private static String doing(ResultSet holder) throws SQLException {
        String state = holder.getString("state");
        return state == null
                ? "its statement is hidden from Gemel's role until gemel prepare grants pg_read_all_stats"
                : state + " for " + holder.getLong("seconds") + " s: " + oneLine(holder.getString("statement"));
    }

    private static String oneLine(@Nullable String statement) {
        return statement == null ? "" : statement.replaceAll("\\s+", " ").strip();
    }

    /** Ends a session if it is still the same one; false when it has ended before. */
    boolean terminate(Holder holder) throws ApplyFailure {
        return run(() -> {
            try (Connection connection = connections.getConnection();
                    PreparedStatement asked = connection.prepareStatement(TERMINATE)) {
                asked.setInt(1, holder.pid());
                asked.setString(2, holder.started());
                try (ResultSet row = asked.executeQuery()) {
                    return row.next() && row.getBoolean(1);
                }
            }
        });
    }
}
