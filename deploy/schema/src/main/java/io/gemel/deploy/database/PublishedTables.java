package io.gemel.deploy.database;

import io.gemel.deploy.config.SiteConfig;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.PublicationIdentity;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * What the publication held when {@code gemel prepare} or the site process last looked, in the table {@code
 * gemel.published}. The server forgets that a table was not in the publication, or that the publication was gone, once
 * it is restored; transactions committed in the meantime are in no log. A database that is another one than the record
 * was made in, or in which no site process ran yet, has lost nothing.
 */
public final class PublishedTables {
    /** Not with to_regclass, which needs rights on the schema: gemel prepare asks before it grants them. */
    private static final String IS_THERE = """
            SELECT count(*) = 2 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname || '.' || c.relname IN ('%s', '%s')
               AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
            """.formatted(GemelTable.PUBLISHED, GemelTable.HEARTBEAT);

    private static final String PRESENT = """
            WITH present AS (
                SELECT 0::oid AS relation, %s AS member FROM pg_publication p WHERE p.pubname = ?
                UNION ALL
                SELECT r.prrelid, %s FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
                 WHERE p.pubname = ?
            ), here AS (
                SELECT %s AS database
            ), run AS (
                SELECT %s AS has_run
            )
            """.formatted(
                    PublicationIdentity.PUBLICATION,
                    PublicationIdentity.MEMBER,
                    PublicationIdentity.DATABASE,
                    PublicationIdentity.HAS_RUN);

    /** Not asked of a publication that is gone: capture says so, and one reason is enough. */
    private static final String LOST = PRESENT + """
            SELECT known.relation
            FROM %s known
            JOIN here ON here.database = known.database
            JOIN run ON run.has_run
            LEFT JOIN present ON present.relation = known.relation
            WHERE known.relation <> 0 AND known.member IS DISTINCT FROM present.member
              AND EXISTS (SELECT FROM present WHERE relation = 0)
            """.formatted(GemelTable.PUBLISHED);

    private static final String RECORD = PRESENT + """
            INSERT INTO %s AS known (relation, database, member)
            SELECT present.relation, here.database, present.member
            FROM present CROSS JOIN here
            LEFT JOIN pg_class own ON own.oid = present.relation AND %s
            WHERE present.relation = ANY (?::oid[]) OR present.relation = 0 OR own.oid IS NOT NULL
            ON CONFLICT (relation) DO UPDATE SET database = excluded.database, member = excluded.member
                WHERE known.database <> excluded.database OR NOT (SELECT has_run FROM run)
            """.formatted(GemelTable.PUBLISHED, PublicationIdentity.OWN);

    private static final String FORGET = """
            DELETE FROM %s
             WHERE relation <> 0 AND relation <> ALL (?::oid[])
               AND relation NOT IN (SELECT own.oid FROM pg_class own WHERE %s)
            """.formatted(GemelTable.PUBLISHED, PublicationIdentity.OWN);

    private PublishedTables() {}

    /**
     * The tables, by oid, that are in the publication no more or again, though nobody took them out of the configuration; none before this
     * release has prepared the database.
     */
    public static Set<Long> lost(Connection connection) throws SQLException {
        if (!isThere(connection)) {
            return Set.of();
        }
        return Set.copyOf(
                Sql.list(connection, row -> row.getLong(1), LOST, SiteConfig.PUBLICATION, SiteConfig.PUBLICATION));
    }

    /** What tells this publication from one that was dropped, or set otherwise in between; empty when there is none. */
    public static String identity(Connection connection) throws SQLException {
        return Sql.text(
                connection,
                "SELECT " + PublicationIdentity.PUBLICATION + " FROM pg_publication p WHERE p.pubname = ?",
                SiteConfig.PUBLICATION);
    }

    /**
     * Takes in what is not known yet, and forgets tables that are not replicated any more. What is known stays as it is.
     *
     * @param replicated oids of the tables that the site replicates, or would but for what {@link #lost} says
     */
    public static void record(Connection connection, List<Long> replicated) throws SQLException {
        if (!isThere(connection)) {
            return;
        }
        Long[] oids = replicated.toArray(Long[]::new);
        Sql.isTrue(connection, FORGET + " RETURNING true", (Object) oids);
        Sql.isTrue(connection, RECORD + " RETURNING true", SiteConfig.PUBLICATION, SiteConfig.PUBLICATION, oids);
    }

    private static boolean isThere(Connection connection) throws SQLException {
        return Sql.isTrue(connection, IS_THERE);
    }
}
