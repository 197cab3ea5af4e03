package io.gemel.deploy.database;

import io.gemel.deploy.config.TableSelection;
import io.gemel.deploy.database.CatalogTable.Partition;
import io.gemel.deploy.database.CatalogTable.PrimaryKey;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the tables that a site's configuration matches. */
public final class TableCatalog {
    private static final String TABLES = """
            SELECT c.oid, n.nspname, c.relname, format('%I.%I', n.nspname, c.relname) AS sql_name, c.relkind,
                   c.relpersistence = 'u' AS unlogged, c.relrowsecurity, c.relreplident = 'f' AS full_images,
                   k.conname, k.condeferrable,
                   EXISTS (SELECT FROM pg_attribute v
                           WHERE v.attrelid = c.oid AND v.attgenerated = 'v' AND NOT v.attisdropped) AS virtual_columns,
                   (SELECT array_agg(a.attname::text ORDER BY p.place)
                    FROM unnest(k.conkey) WITH ORDINALITY AS p(number, place)
                    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.number) AS key_columns
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
            WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
            ORDER BY n.nspname, c.relname
            """;
    private static final String PARTITIONS = """
            SELECT c.oid AS root, format('%I.%I', n.nspname, l.relname) AS sql_name, l.relreplident = 'f' AS full_images,
                   l.relkind <> 'f' AND l.relpersistence = 'p' AS logged_locally
            FROM pg_class c
            CROSS JOIN LATERAL pg_partition_tree(c.oid) t
            JOIN pg_class l ON l.oid = t.relid
            JOIN pg_namespace n ON n.oid = l.relnamespace
            WHERE c.relkind = 'p' AND NOT c.relispartition AND l.oid <> c.oid
            ORDER BY 1, 2
            """;

    private TableCatalog() {}

    private record OwnedPartition(long root, Partition partition) {}

    /** The tables a selection matches, by schema and name. */
    public static List<CatalogTable> matched(Connection connection, TableSelection selection) throws SQLException {
        Map<Long, List<Partition>> partitions = Sql.list(connection, TableCatalog::partition, PARTITIONS).stream()
                .collect(Collectors.groupingBy(
                        OwnedPartition::root, Collectors.mapping(OwnedPartition::partition, Collectors.toList())));
        return Sql.list(connection, row -> table(row, partitions), TABLES).stream()
                .filter(table -> selection.matches(table.schema(), table.name()))
                .toList();
    }

    private static OwnedPartition partition(ResultSet row) throws SQLException {
        return new OwnedPartition(
                row.getLong("root"),
                new Partition(
                        row.getString("sql_name"), row.getBoolean("full_images"), row.getBoolean("logged_locally")));
    }

    private static CatalogTable table(ResultSet row, Map<Long, List<Partition>> partitions) throws SQLException {
        CatalogTable.Kind kind = switch (row.getString("relkind")) {
            case "p" -> CatalogTable.Kind.PARTITIONED;
            case "f" -> CatalogTable.Kind.FOREIGN;
            default -> CatalogTable.Kind.PLAIN;
        };
        long oid = row.getLong("oid");
        return new CatalogTable(
                oid,
                row.getString("nspname"),
                row.getString("relname"),
                row.getString("sql_name"),
                kind,
                row.getBoolean("unlogged"),
                row.getBoolean("relrowsecurity"),
                row.getBoolean("full_images"),
                row.getBoolean("virtual_columns"),
                key(row),
                partitions.getOrDefault(oid, List.of()));
    }

    private static Optional<PrimaryKey> key(ResultSet row) throws SQLException {
        String constraint = row.getString("conname");
        if (constraint == null) {
            return Optional.empty();
        }
        String[] columns = (String[]) row.getArray("key_columns").getArray();
        return Optional.of(new PrimaryKey(constraint, Arrays.asList(columns), row.getBoolean("condeferrable")));
    }
}
