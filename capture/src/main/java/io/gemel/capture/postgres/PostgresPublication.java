package io.gemel.capture.postgres;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.reason.Advice;
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
                SELECT FROM gemel.published known
                JOIN pg_control_system() system
                    ON known.database = system.system_identifier::text || '/'
                        || (SELECT oid FROM pg_database WHERE datname = current_database())
                LEFT JOIN pg_publication p ON p.pubname = ?
                LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = known.relation
                LEFT JOIN pg_class own ON own.oid = known.relation AND own.relnamespace = 'gemel'::regnamespace
                WHERE CASE WHEN known.relation = 0 THEN known.member IS DISTINCT FROM p.oid::text || '/' || p.xmin::text
                           ELSE own.oid IS NOT NULL AND known.member IS DISTINCT FROM r.oid::text END)
            """;

    private PostgresPublication() {}

    /** Makes sure that what was read until now and what comes next were published alike. */
    static void check(CaptureConfig config, Connection connection) throws SQLException, CaptureException {
        if (isChanged(config, connection)) {
            throw CaptureException.halt(
                    Advice.CAPTURE_PUBLICATION_CHANGED,
                    "the publication " + config.publication()
                            + " was altered by hand, or dropped and recreated: transactions committed in the"
                            + " meantime may be missing in the log. Only if nothing was committed in the replicated"
                            + " tables in the meantime, 'DELETE FROM gemel.published' in this database lets the site"
                            + " continue; otherwise start the pair anew (docs/operate.md)");
        }
    }

    /** A database that an earlier release has prepared, or nobody, has no such table. */
    private static boolean isChanged(CaptureConfig config, Connection connection) throws SQLException {
        return PostgresOwn.has(connection, "published")
                && PostgresOwn.isTrue(connection, CHANGED, config.publication());
    }
}
