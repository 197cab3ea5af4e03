package io.gemel.capture.postgres;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.transaction.TableId;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * What a table's rows in the database's log do not say themselves. It is queried without a lock: the holder of the
 * table's lock may be the very transaction that is waited for. One thread.
 */
final class PostgresCatalog {
    private static final String TABLE = """
            SELECT ARRAY(WITH RECURSIVE tree (oid, kind, identity, schema, name) AS (
                             SELECT c.oid, c.relkind, c.relreplident, c.relnamespace, c.relname
                              UNION ALL
                             SELECT leaf.oid, leaf.relkind, leaf.relreplident, leaf.relnamespace, leaf.relname
                               FROM tree
                               JOIN pg_inherits AS h ON h.inhparent = tree.oid AND NOT h.inhdetachpending
                               JOIN pg_class AS leaf ON leaf.oid = h.inhrelid
                              WHERE tree.kind = 'p'
                         )
                         SELECT format('ALTER TABLE %I.%I REPLICA IDENTITY FULL', s.nspname, tree.name)
                           FROM tree
                           JOIN pg_namespace AS s ON s.oid = tree.schema
                          WHERE tree.kind = 'r' AND tree.identity <> 'f'
                          ORDER BY tree.oid) AS partial,
                   ARRAY(SELECT a.attname::text
                           FROM pg_index AS i
                          CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
                           JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                          WHERE i.indrelid = c.oid AND i.indisprimary AND k.place <= i.indnkeyatts
                          ORDER BY k.place) AS key,
                   ARRAY(SELECT a.attname::text
                           FROM pg_attribute AS a
                          WHERE a.attrelid = c.oid AND a.attgenerated <> '') AS generated,
                   ARRAY(SELECT a.attname::text
                           FROM pg_attribute AS a
                          WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attnotnull) AS required,
                   c.oid IS NOT NULL AS known,
                   seen.snapshot
              FROM (SELECT pg_current_snapshot()::text AS snapshot) AS seen
              LEFT JOIN (pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace)
                     ON n.nspname = ? AND c.relname = ?
            """;

    /** How often the catalog is queried until it shows what a transaction has done that the log says has committed. */
    static final int LOOKS_MAX = 200;

    private static final long PAUSE_MILLIS = 25;

    /** Statements that a message spells out. */
    private static final int STATEMENTS_SHOWN_MAX = 10;

    private final CaptureConfig config;

    /**
     * A table as it is now.
     *
     * @param key names of the primary key's columns, in key order
     * @param generated names of the columns that the receiving database computes itself
     * @param required names of the columns that cannot be null
     * @param snapshot which transactions had made it so
     */
    record Description(List<String> key, List<String> generated, List<String> required, PostgresSnapshot snapshot) {}

    PostgresCatalog(CaptureConfig config) {
        this.config = config;
    }

    /**
     * Looks a replicated table up as it is behind a transaction. The server sends a transaction as soon as its commit
     * is in the log, and shows it shortly after, or only when a synchronous standby has it, too.
     *
     * @param transaction whose rows are to be read
     * @throws CaptureException HALT when the table cannot be replicated as it is; RETRY when the database does not show
     *     the transaction
     */
    Description describe(TableId table, long transaction) throws CaptureException, InterruptedException {
        // A connection for each of these rare questions: an idle one would be found broken just when it is needed.
        try (Connection connection = PostgresLogin.connect(config);
                PreparedStatement statement = connection.prepareStatement(TABLE)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.name());
            for (int look = 0; look < LOOKS_MAX; look++) {
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    PostgresSnapshot snapshot = PostgresSnapshot.parse(row.getString("snapshot"));
                    if (snapshot.sees(transaction)) {
                        return description(table, row, snapshot);
                    }
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (SQLException e) {
            throw CaptureException.of("the catalog could not be queried for table " + table, e);
        }
        throw CaptureException.retry(
                "a transaction that changed table " + table + " is in the database's log, but the database does not"
                        + " show it yet, so the table's primary key is not known: its commit waits for a synchronous standby"
                        + " (synchronous_standby_names)");
    }

    private static Description description(TableId table, ResultSet row, PostgresSnapshot snapshot)
            throws CaptureException, SQLException {
        if (!row.getBoolean("known")) {
            throw TableAdvice.UNKNOWN_TABLE.halt(table);
        }
        List<String> partial = names(row.getArray("partial"));
        if (!partial.isEmpty()) {
            throw TableAdvice.PARTIAL_ROWS.halt(table, "statements", shown(partial));
        }
        List<String> key = names(row.getArray("key"));
        if (key.isEmpty()) {
            throw CaptureException.retry("table " + table + " has lost its primary key: the site restarts without it");
        }
        return new Description(key, names(row.getArray("generated")), names(row.getArray("required")), snapshot);
    }

    private static List<String> names(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }

    private static String shown(List<String> statements) {
        int more = statements.size() - STATEMENTS_SHOWN_MAX;
        return String.join("; ", statements.subList(0, Math.min(statements.size(), STATEMENTS_SHOWN_MAX)))
                + (more > 0 ? " (and " + more + " more partitions)" : "");
    }
}
