package io.gemel.capture;

import io.gemel.transaction.TableId;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** What a table's rows in the database's log do not say themselves. One thread. */
final class PostgresCatalog {
    private static final String TABLE = """
            SELECT ARRAY(SELECT format('ALTER TABLE %I.%I REPLICA IDENTITY FULL', s.nspname, leaf.relname)
                           FROM pg_class AS leaf
                           JOIN pg_namespace AS s ON s.oid = leaf.relnamespace
                          WHERE leaf.relreplident <> 'f'
                            AND (CASE c.relkind
                                     WHEN 'p' THEN leaf.oid IN (SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf)
                                     ELSE leaf.oid = c.oid
                                 END)
                            AND leaf.relkind = 'r'
                          ORDER BY leaf.oid) AS partial,
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
                          WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attnotnull) AS required
              FROM pg_class AS c
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = ? AND c.relname = ?
            """;

    /** Statements that a message spells out. */
    private static final int STATEMENTS_SHOWN_MAX = 10;

    private final CaptureConfig config;

    /**
     * A table as it is now.
     *
     * @param key names of the primary key's columns, in key order
     * @param generated names of the columns that the receiving database computes itself
     * @param required names of the columns that cannot be null
     */
    record Description(List<String> key, List<String> generated, List<String> required) {}

    PostgresCatalog(CaptureConfig config) {
        this.config = config;
    }

    /**
     * Looks a replicated table up.
     *
     * @throws CaptureException HALT when the table cannot be replicated as it is
     */
    Description describe(TableId table) throws CaptureException {
        // A connection for each of these rare questions: an idle one would be found broken just when it is needed.
        try (Connection connection = PostgresLogin.connect(config);
                PreparedStatement statement = connection.prepareStatement(TABLE)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.name());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw TableAdvice.UNKNOWN_TABLE.halt(table);
                }
                List<String> partial = names(row.getArray("partial"));
                if (!partial.isEmpty()) {
                    throw TableAdvice.PARTIAL_ROWS.halt(table, "statements", shown(partial));
                }
                List<String> key = names(row.getArray("key"));
                if (key.isEmpty()) {
                    throw TableAdvice.NO_KEY.halt(table);
                }
                return new Description(key, names(row.getArray("generated")), names(row.getArray("required")));
            }
        } catch (SQLException e) {
            throw CaptureException.of("the catalog could not be asked about table " + table, e);
        }
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
