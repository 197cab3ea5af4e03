package io.gemel.deploy.check;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.Sql;
import io.gemel.reason.RowLimit;
import java.sql.SQLException;
import java.util.List;

/**
 * Tables that hold more large values than one change may have. How large each is would take a look at every row, so this is no more than a
 * hint.
 */
final class LargeRowCheck implements DatabaseCheck {
    private static final long MIB = 1 << 20;

    /** The default heap of a site process. */
    private static final long HEAP = 512 * MIB;

    private static final String LARGE = """
            SELECT r.oid, sum(pg_relation_size(c.reltoastrelid))::bigint
            FROM unnest(?::oid[]) AS r(oid),
                 LATERAL (SELECT r.oid AS relid UNION SELECT relid FROM pg_partition_tree(r.oid)) AS t
            JOIN pg_class c ON c.oid = t.relid AND c.reltoastrelid <> 0
            GROUP BY r.oid HAVING sum(pg_relation_size(c.reltoastrelid)) > ?
            """;

    private record Large(long table, long bytes) {}

    @Override
    public void check(CheckedSite site, Findings findings) throws SQLException {
        long setting = site.config().limits().rowBytesMax();
        long bytesMax = RowLimit.bytes(setting, HEAP);
        Long[] oids = site.tables().stream().map(CatalogTable::oid).toArray(Long[]::new);
        List<Large> found =
                Sql.list(site.connection(), row -> new Large(row.getLong(1), row.getLong(2)), LARGE, oids, bytesMax);
        for (CatalogTable table : site.tables()) {
            found.stream()
                    .filter(large -> large.table() == table.oid())
                    .forEach(large -> findings.of(Cause.LARGE_ROWS)
                            .note(
                                    table.sqlName(),
                                    "holds " + large.bytes() / MIB
                                            + " MiB of large values, and a change of one row may take "
                                            + bytesMax / MIB + " MiB (row.bytes.max"
                                            + (setting == 0
                                                    ? ", two fifths of a heap of " + HEAP / MIB + " MiB)"
                                                    : ")"),
                                    Cause.LARGE_ROWS.fix()));
        }
    }
}
