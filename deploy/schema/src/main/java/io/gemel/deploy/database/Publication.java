package io.gemel.deploy.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * A publication as the catalog describes it.
 *
 * @param publishesAll whether inserts, updates, deletes and truncates are all published, and stored generated columns where
 *     the server asks (from 18 on)
 * @param viaRoot whether changes of partitions appear as changes of the partitioned table
 * @param selectsOtherwise whether it names tables in another way than one by one and whole
 * @param tables the tables it names, as SQL needs them
 */
public record Publication(boolean publishesAll, boolean viaRoot, boolean selectsOtherwise, List<String> tables) {
    private static final String TABLES = """
            SELECT format('%I.%I', n.nspname, c.relname)
            FROM pg_publication p
            JOIN pg_publication_rel r ON r.prpubid = p.oid
            JOIN pg_class c ON c.oid = r.prrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE p.pubname = ?
            ORDER BY 1
            """;
    private static final String OPTIONS = """
            SELECT pubinsert AND pubupdate AND pubdelete AND pubtruncate
                   AND coalesce(to_jsonb(p) ->> 'pubgencols', 's') = 's', pubviaroot,
                   puballtables
                   OR EXISTS (SELECT FROM pg_publication_namespace s WHERE s.pnpubid = p.oid)
                   OR EXISTS (SELECT FROM pg_publication_rel r
                              WHERE r.prpubid = p.oid AND (r.prqual IS NOT NULL OR r.prattrs IS NOT NULL))
            FROM pg_publication p
            WHERE pubname = ?
            """;

    public Publication {
        tables = List.copyOf(tables);
    }

    /** Reads a publication; empty when there is none of that name. */
    public static Optional<Publication> find(Connection connection, String name) throws SQLException {
        List<String> tables = Sql.list(connection, row -> row.getString(1), TABLES, name);
        return Sql.first(
                connection,
                row -> new Publication(row.getBoolean(1), row.getBoolean(2), row.getBoolean(3), tables),
                OPTIONS,
                name);
    }
}
