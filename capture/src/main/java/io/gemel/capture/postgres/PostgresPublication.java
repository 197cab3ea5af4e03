package io.gemel.capture.postgres;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.reason.Advice;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.PublicationIdentity;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Whether the publication is still the one that {@code gemel.published} knows. The server reads its log through the publication as it was at
 * each moment, and some versions leave out in silence what was committed while it, or one of Gemel's own tables in it, was missing. Only
 * reads.
 */
final class PostgresPublication {
    private static final String CHANGED = """
            SELECT EXISTS (
                SELECT FROM %s known
                LEFT JOIN pg_publication p ON p.pubname = ?
                LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = known.relation
                LEFT JOIN pg_class own ON own.oid = known.relation AND %s
                WHERE known.database = %s
                  AND CASE WHEN known.relation = 0 THEN known.member IS DISTINCT FROM %s
                           ELSE own.oid IS NOT NULL AND known.member IS DISTINCT FROM %s END)
            """.formatted(
                    GemelTable.PUBLISHED,
                    PublicationIdentity.OWN,
                    PublicationIdentity.DATABASE,
                    PublicationIdentity.PUBLICATION,
                    PublicationIdentity.MEMBER);

    private PostgresPublication() {}

    /** Makes sure that what was read until now and what comes next were published alike. */
    static void check(CaptureConfig config, Connection connection) throws SQLException, CaptureException {
        if (isChanged(config, connection)) {
            throw CaptureException.halt(
                    Advice.CAPTURE_PUBLICATION_CHANGED,
                    "the publication " + config.publication()
                            + " was altered by hand, or dropped and recreated: transactions committed in the"
                            + " meantime may be missing in the log. Only if nothing was committed in the replicated"
                            + " tables in the meantime, 'DELETE FROM " + GemelTable.PUBLISHED
                            + "' in this database lets the site"
                            + " continue; otherwise start the pair anew (docs/operate.md)");
        }
    }

    /** A database that an earlier release has prepared, or nobody, has no such table. */
    private static boolean isChanged(CaptureConfig config, Connection connection) throws SQLException {
        return PostgresOwn.has(connection, GemelTable.PUBLISHED)
                && PostgresOwn.isTrue(connection, CHANGED, config.publication());
    }
}
