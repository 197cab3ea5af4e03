package io.gemel.deploy.check;

import io.gemel.conflict.OrphanPolicy;
import io.gemel.deploy.config.Cause;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.Sql;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Foreign keys: whether a row is noticed that the other site's delete has left without the row that it refers to. */
final class ForeignKeyCheck implements DatabaseCheck {
    private static final String KEYS = """
            SELECT f.conrelid, quote_ident(f.conname), format('%I.%I', n.nspname, c.relname),
                   NOT EXISTS (SELECT FROM pg_constraint p
                               WHERE p.conrelid = f.confrelid AND p.contype = 'p' AND p.conkey @> f.confkey) AS beside_key
            FROM pg_constraint f
            JOIN pg_class c ON c.oid = f.confrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE f.conrelid = ANY (?::oid[]) AND f.contype = 'f' AND f.conparentid = 0
            ORDER BY 1, 2
            """;

    private record Key(long table, String name, String parent, boolean besideKey) {}

    @Override
    public void check(CheckedSite site, Findings findings) throws SQLException {
        Set<String> replicated =
                site.tables().stream().map(CatalogTable::sqlName).collect(Collectors.toSet());
        Long[] oids = site.tables().stream().map(CatalogTable::oid).toArray(Long[]::new);
        Map<Long, List<Key>> all = Sql.list(
                        site.connection(),
                        row -> new Key(row.getLong(1), row.getString(2), row.getString(3), row.getBoolean(4)),
                        KEYS,
                        (Object) oids)
                .stream()
                .collect(Collectors.groupingBy(Key::table));
        for (CatalogTable table : site.tables()) {
            List<Key> keys = all.getOrDefault(table.oid(), List.of());
            OrphanPolicy choice =
                    site.config().policyFor(table.schema(), table.name()).orphans();
            if (choice != OrphanPolicy.KEEP && keys.stream().noneMatch(key -> replicated.contains(key.parent()))) {
                findings.of(Cause.POLICY)
                        .warning(
                                table.sqlName(),
                                "has a policy for orphans, but no foreign key to a replicated table",
                                "leave orphan(...) out, or add the key");
            }
            for (Key key : keys) {
                if (replicated.contains(key.parent())) {
                    check(table, key, findings);
                }
            }
        }
    }

    private static void check(CatalogTable table, Key key, Findings findings) {
        if (table.kind() == CatalogTable.Kind.PARTITIONED) {
            findings.of(Cause.FOREIGN_KEYS)
                    .warning(
                            table.sqlName(),
                            "has the foreign key " + key.name()
                                    + " and is partitioned: its orphans are not detected when the other site deletes"
                                    + " the rows they refer to",
                            "look for such rows with a query, or mark rows of " + key.parent() + " as deleted instead");
        }
        if (key.besideKey()) {
            findings.of(Cause.FOREIGN_KEYS)
                    .warning(
                            table.sqlName(),
                            "has the foreign key " + key.name() + " to columns of " + key.parent()
                                    + " that are not its primary key: its orphans are not detected when the other site updates those",
                            "refer to the primary key, or do not change the columns");
        }
    }
}
