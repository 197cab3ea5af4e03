package io.gemel.deploy.database;

import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable.BaseType;
import io.gemel.deploy.database.CatalogTable.Column;
import io.gemel.deploy.database.CatalogTable.Generated;
import io.gemel.deploy.database.CatalogTable.OtherPublication;
import io.gemel.deploy.database.CatalogTable.Partition;
import io.gemel.deploy.database.CatalogTable.PrimaryKey;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the tables that a site's configuration matches, in a fixed number of queries however many there are. */
public final class TableCatalog {
    /** Types that matter wherever a column's type holds them: in an array, a range, a composite or a domain too. */
    public static final Set<String> NOTED_TYPES = Set.of(
            "pg_node_tree",
            "pg_ndistinct",
            "pg_dependencies",
            "pg_mcv_list",
            "pg_brin_bloom_summary",
            "pg_brin_minmax_multi_summary",
            "gtsvector",
            "pg_ddl_command",
            "lo",
            "oid",
            "regclass",
            "regproc",
            "regprocedure",
            "regoper",
            "regoperator",
            "regtype",
            "regrole",
            "regnamespace",
            "regconfig",
            "regdictionary",
            "regcollation");

    private static final String TABLES = """
            SELECT c.oid, n.nspname, c.relname, format('%I.%I', n.nspname, c.relname) AS sql_name, c.relkind,
                   c.relpersistence = 'u' AS unlogged, c.relreplident = 'f' AS full_images,
                   quote_ident(k.conname) AS key_constraint, k.condeferrable,
                   regexp_replace(pg_get_constraintdef(k.oid), ' DEFERRABLE( INITIALLY DEFERRED)?$', '') AS key_definition,
                   (SELECT array_agg(a.attname::text ORDER BY p.place)
                    FROM unnest(k.conkey) WITH ORDINALITY AS p(number, place)
                    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.number) AS key_columns
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
            WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
            ORDER BY n.nspname, c.relname
            """;
    /** Each table with itself and its partitions. */
    private static final String PARTS = """
            WITH part AS (
                SELECT r.oid AS root, r.oid AS relation FROM pg_class r WHERE r.oid = ANY (?::oid[])
                UNION
                SELECT r.oid, t.relid FROM pg_class r CROSS JOIN LATERAL pg_partition_tree(r.oid) t
                WHERE r.oid = ANY (?::oid[]) AND r.relkind = 'p'
            )
            """;

    private static final String PARTITIONS = PARTS + """
            SELECT part.root, format('%I.%I', n.nspname, l.relname) AS sql_name, l.relreplident = 'f' AS full_images,
                   l.relkind <> 'f' AND l.relpersistence = 'p' AS logged_locally
            FROM part
            JOIN pg_class l ON l.oid = part.relation
            JOIN pg_namespace n ON n.oid = l.relnamespace
            WHERE part.relation <> part.root
            ORDER BY 1, 2
            """;
    /** What a partition's own policies hide counts for those only who address the partition itself. */
    private static final String ROWS_HIDDEN = """
            SELECT c.oid
            FROM pg_class c
            LEFT JOIN pg_roles me ON me.rolname = ?
            WHERE c.oid = ANY (?::oid[]) AND c.relrowsecurity AND NOT coalesce(me.rolbypassrls OR me.rolsuper, false)
              AND (c.relforcerowsecurity OR NOT coalesce(pg_has_role(me.oid, c.relowner, 'USAGE'), false))
            """;
    /** PostgreSQL refuses updates of a table with full images in a publication with a column list, or without its generated columns. */
    private static final String PUBLICATIONS = PARTS + """
            SELECT part.root, quote_ident(p.pubname) AS publication, format('%I.%I', n.nspname, l.relname) AS sql_name,
                   r.prattrs IS NOT NULL AS column_list
            FROM pg_publication p
            CROSS JOIN part
            JOIN pg_class l ON l.oid = part.relation
            JOIN pg_namespace n ON n.oid = l.relnamespace
            LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = part.relation
            WHERE p.pubname <> ? AND (p.pubupdate OR p.pubdelete)
              AND (r.prattrs IS NOT NULL
                   OR to_jsonb(p) ->> 'pubgencols' = 'n'
                      AND (r.prrelid IS NOT NULL OR p.puballtables
                           OR EXISTS (SELECT FROM pg_publication_namespace s
                                      WHERE s.pnpubid = p.oid AND s.pnnspid = l.relnamespace))
                      AND EXISTS (SELECT FROM pg_attribute a
                                  WHERE a.attrelid = l.oid AND a.attgenerated = 's' AND NOT a.attisdropped))
            ORDER BY 1, 2, 3
            """;

    private static final String COLUMNS = """
            WITH RECURSIVE unfolded AS (
                SELECT d.oid AS domain, d.typbasetype AS base, d.typtypmod AS modifier FROM pg_type d WHERE d.typtype = 'd'
                UNION ALL
                SELECT u.domain, t.typbasetype, t.typtypmod FROM unfolded u
                JOIN pg_type t ON t.oid = u.base AND t.typtype = 'd'
            ), domain AS (
                SELECT u.* FROM unfolded u JOIN pg_type t ON t.oid = u.base AND t.typtype <> 'd'
            ), part AS (
                SELECT DISTINCT a.atttypid AS type, a.atttypid AS part FROM pg_attribute a
                WHERE a.attrelid = ANY (?::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
                UNION
                SELECT p.type, i.type
                FROM part p
                JOIN pg_type t ON t.oid = p.part
                CROSS JOIN LATERAL (
                    SELECT t.typbasetype AS type WHERE t.typtype = 'd'
                    UNION ALL SELECT t.typelem WHERE t.typcategory = 'A'
                    UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
                    UNION ALL SELECT c.atttypid FROM pg_attribute c
                              WHERE t.typtype = 'c' AND c.attrelid = t.typrelid AND c.attnum > 0 AND NOT c.attisdropped
                ) i
            )
            SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull, a.attgenerated,
                   coalesce(l.collname, '') AS collation, coalesce(NOT l.collisdeterministic, false) AS nondeterministic,
                   t.typname AS base, coalesce(d.modifier, a.atttypmod) >= 0 AS modified, t.typtype = 'e' AS enumerated,
                   t.typnamespace = 'pg_catalog'::regnamespace AS built_in,
                   ARRAY(SELECT n.typname::text FROM part p JOIN pg_type n ON n.oid = p.part WHERE p.type = a.atttypid) AS parts
            FROM pg_attribute a
            LEFT JOIN domain d ON d.domain = a.atttypid
            JOIN pg_type t ON t.oid = coalesce(d.base, a.atttypid)
            LEFT JOIN pg_collation l ON l.oid = a.attcollation
            WHERE a.attrelid = ANY (?::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attrelid, a.attnum
            """;

    private TableCatalog() {}

    private record Owned<T>(long table, T value) {}

    private record Head(long oid, String schema, String name) {}

    /** What is read of all tables at once, by table. */
    private record Details(
            Map<Long, List<Column>> columns,
            Map<Long, List<Partition>> partitions,
            Map<Long, List<OtherPublication>> publications,
            Set<Long> rowsHidden) {}

    /** The tables a site's configuration matches, by schema and name. */
    public static List<CatalogTable> matched(Connection connection, SiteConfig config) throws SQLException {
        Long[] oids = Sql.list(connection, TableCatalog::head, TABLES).stream()
                .filter(table -> config.tables().matches(table.schema(), table.name()))
                .map(Head::oid)
                .toArray(Long[]::new);
        Set<Long> matched = Set.of(oids);
        Details details = new Details(
                byTable(Sql.list(connection, TableCatalog::column, COLUMNS, oids, oids)),
                byTable(Sql.list(connection, TableCatalog::partition, PARTITIONS, oids, oids)),
                byTable(Sql.list(
                        connection, TableCatalog::publication, PUBLICATIONS, oids, oids, SiteConfig.PUBLICATION)),
                new HashSet<>(Sql.list(
                        connection,
                        row -> row.getLong(1),
                        ROWS_HIDDEN,
                        config.database().user(),
                        oids)));
        return Sql.list(connection, row -> table(row, details), TABLES).stream()
                .filter(table -> matched.contains(table.oid()))
                .toList();
    }

    private static <T> Map<Long, List<T>> byTable(List<Owned<T>> owned) {
        return owned.stream()
                .collect(Collectors.groupingBy(Owned::table, Collectors.mapping(Owned::value, Collectors.toList())));
    }

    private static Head head(ResultSet row) throws SQLException {
        return new Head(row.getLong("oid"), row.getString("nspname"), row.getString("relname"));
    }

    private static Owned<Partition> partition(ResultSet row) throws SQLException {
        return new Owned<>(
                row.getLong("root"),
                new Partition(
                        row.getString("sql_name"), row.getBoolean("full_images"), row.getBoolean("logged_locally")));
    }

    private static Owned<OtherPublication> publication(ResultSet row) throws SQLException {
        return new Owned<>(
                row.getLong("root"),
                new OtherPublication(
                        row.getString("publication"), row.getString("sql_name"), row.getBoolean("column_list")));
    }

    private static Owned<Column> column(ResultSet row) throws SQLException {
        Set<String> parts =
                new HashSet<>(Arrays.asList((String[]) row.getArray("parts").getArray()));
        parts.retainAll(NOTED_TYPES);
        Generated generated = switch (row.getString("attgenerated")) {
            case "s" -> Generated.STORED;
            case "v" -> Generated.VIRTUAL;
            default -> Generated.NOT;
        };
        return new Owned<>(
                row.getLong("attrelid"),
                new Column(
                        row.getString("attname"),
                        row.getString("type"),
                        row.getBoolean("attnotnull"),
                        generated,
                        row.getString("collation"),
                        new BaseType(
                                row.getString("base"),
                                row.getBoolean("modified"),
                                row.getBoolean("enumerated"),
                                row.getBoolean("built_in"),
                                row.getBoolean("nondeterministic")),
                        Set.copyOf(parts)));
    }

    private static CatalogTable table(ResultSet row, Details details) throws SQLException {
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
                details.rowsHidden().contains(oid),
                row.getBoolean("full_images"),
                key(row),
                details.columns().getOrDefault(oid, List.of()),
                details.partitions().getOrDefault(oid, List.of()),
                details.publications().getOrDefault(oid, List.of()));
    }

    private static Optional<PrimaryKey> key(ResultSet row) throws SQLException {
        String constraint = row.getString("key_constraint");
        if (constraint == null) {
            return Optional.empty();
        }
        String[] columns = (String[]) row.getArray("key_columns").getArray();
        return Optional.of(new PrimaryKey(
                constraint, row.getString("key_definition"), Arrays.asList(columns), row.getBoolean("condeferrable")));
    }
}
