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
            SELECT coalesce(
                       (SELECT bool_and(leaf.relreplident = 'f')
                          FROM pg_partition_tree(c.oid) AS tree
                          JOIN pg_class AS leaf ON leaf.oid = tree.relid
                         WHERE tree.isleaf),
                       c.relreplident = 'f') AS full_images,
                   ARRAY(SELECT a.attname::text
                           FROM pg_index AS i
                          CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
                           JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                          WHERE i.indrelid = c.oid AND i.indisprimary AND k.place <= i.indnkeyatts
                          ORDER BY k.place) AS key,
                   ARRAY(SELECT a.attname::text
                           FROM pg_attribute AS a
                          WHERE a.attrelid = c.oid AND a.attgenerated <> '') AS generated
              FROM pg_class AS c
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = ? AND c.relname = ?
            """;

    private final CaptureConfig config;

    /**
     * A table as it is now.
     *
     * @param key names of the primary key's columns, in key order
     * @param generated names of the columns that the receiving database computes itself
     */
    record Description(List<String> key, List<String> generated) {}

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
                    throw CaptureException.halt(
                            "table " + table + " has changes to publish but was dropped or renamed, so its"
                                    + " primary key is not known: restore its name, or copy the database anew");
                }
                if (!row.getBoolean("full_images")) {
                    throw CaptureException.halt(fullImagesMissing(table));
                }
                List<String> key = names(row.getArray("key"));
                if (key.isEmpty()) {
                    throw CaptureException.halt("table " + table
                            + " has no primary key: add one, or take the table out of the replicated ones");
                }
                return new Description(key, names(row.getArray("generated")));
            }
        } catch (SQLException e) {
            throw CaptureException.of("the catalog could not be asked about table " + table, e);
        }
    }

    private static List<String> names(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }

    static String fullImagesMissing(TableId table) {
        return "the database's log does not hold whole rows of table " + table + ": ALTER TABLE " + table
                + " REPLICA IDENTITY FULL (gemel prepare does it); changes made before that cannot be published, so copy the"
                + " table anew";
    }
}
