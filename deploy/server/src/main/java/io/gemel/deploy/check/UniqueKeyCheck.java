package io.gemel.deploy.check;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.Sql;
import io.gemel.transaction.GemelTable;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Unique keys besides the primary one: what becomes of a row when both sites give one value to different rows. */
final class UniqueKeyCheck implements DatabaseCheck {
    /** Each with whether a row can be let out of it by a NULL in one of its columns, or in one that they are made of. */
    private static final String KEYS = """
            SELECT i.indrelid, n.relname, i.indisexclusion,
                   EXISTS (SELECT FROM pg_attribute a
                           WHERE a.attrelid = i.indrelid AND a.attnum > 0 AND NOT a.attnotnull AND a.attgenerated = ''
                             AND NOT a.attnum = ANY (p.indkey::int2[])
                             AND (a.attnum = ANY ((i.indkey::int2[])[0 : i.indnkeyatts - 1])
                                  OR pg_get_expr(i.indexprs, i.indrelid) ~ ('\\m' || a.attname || '\\M')
                                  OR EXISTS (SELECT FROM pg_attrdef f
                                             WHERE f.adrelid = i.indrelid AND f.adnum = ANY (i.indkey::int2[])
                                               AND pg_get_expr(f.adbin, f.adrelid) ~ ('\\m' || a.attname || '\\M')))) AS clears
            FROM pg_index i
            JOIN pg_class n ON n.oid = i.indexrelid
            JOIN pg_index p ON p.indrelid = i.indrelid AND p.indisprimary
            WHERE i.indrelid = ANY (?::oid[]) AND NOT i.indisprimary AND (i.indisunique OR i.indisexclusion)
            ORDER BY 1, 2
            """;

    private record Key(long table, String name, boolean excludes, boolean clears) {}

    @Override
    public void check(CheckedSite site, Findings findings) throws SQLException {
        Long[] oids = site.tables().stream().map(CatalogTable::oid).toArray(Long[]::new);
        Map<Long, List<Key>> all = Sql.list(
                        site.connection(),
                        row -> new Key(row.getLong(1), row.getString(2), row.getBoolean(3), row.getBoolean(4)),
                        KEYS,
                        (Object) oids)
                .stream()
                .collect(Collectors.groupingBy(Key::table));
        for (CatalogTable table : site.tables()) {
            List<Key> keys = all.getOrDefault(table.oid(), List.of());
            boolean removes =
                    site.config().policyFor(table.schema(), table.name()).removesUniqueLosers();
            keys.forEach(key -> check(table, key, removes, findings));
            if (removes && keys.isEmpty()) {
                findings.of(Cause.POLICY)
                        .warning(
                                table.sqlName(),
                                "has the policy unique(remove), but no unique key other than the primary key",
                                "leave it out, or add the key");
            }
        }
    }

    private static void check(CatalogTable table, Key key, boolean removes, Findings findings) {
        String what = key.excludes()
                ? "has the exclusion constraint " + key.name() + ": of two rows that exclude each other"
                : "has the unique index " + key.name() + ": of two rows that are given one value at the same time";
        String fate = removes
                ? " the one with the earlier change is removed, as unique(remove) says"
                : key.clears()
                        ? " the one with the earlier change gets NULL in its place"
                        : " the one with the earlier change is removed, since none of its columns may be NULL";
        String fix = "let each site draw such values from its own range, and check " + GemelTable.JOURNAL;
        findings.of(Cause.UNIQUE_KEYS)
                .note(
                        table.sqlName(),
                        what + fate,
                        removes || key.clears()
                                ? fix
                                : fix + "; or let a column of it be NULL, and the row stays without it");
    }
}
