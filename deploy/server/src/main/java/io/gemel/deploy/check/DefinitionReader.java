package io.gemel.deploy.check;

import io.gemel.deploy.check.SiteFacts.Definition;
import io.gemel.deploy.check.SiteFacts.Kind;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Reads the definitions on tables other than their columns, and the types that their columns are made of, as the server
 * prints it.
 */
final class DefinitionReader {
    private static final String DEFINITIONS = """
            SELECT i.indrelid AS relation, 'UNIQUE_KEY' AS kind,
                   regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE.*? USING ', 'USING ') AS definition
            FROM pg_index i
            WHERE i.indrelid = ANY (?::oid[]) AND i.indisunique AND NOT i.indisprimary AND NOT i.indisexclusion
            UNION ALL
            SELECT k.conrelid, CASE k.contype WHEN 'f' THEN 'FOREIGN_KEY' WHEN 'c' THEN 'CHECK' ELSE 'EXCLUSION' END,
                   replace(pg_get_constraintdef(k.oid), ' NOT VALID', '')
            FROM pg_constraint k
            WHERE k.conrelid = ANY (?::oid[]) AND k.contype IN ('f', 'c', 'x') AND k.conparentid = 0
            UNION ALL
            SELECT t.tgrelid, 'TRIGGER', quote_ident(t.tgname) || CASE t.tgenabled WHEN 'A' THEN ' ALWAYS' ELSE ' REPLICA' END
            FROM pg_trigger t
            WHERE t.tgrelid = ANY (?::oid[]) AND NOT t.tgisinternal AND t.tgenabled IN ('A', 'R')
            UNION ALL
            SELECT a.attrelid, 'GENERATED', quote_ident(a.attname) || ' AS ' || pg_get_expr(f.adbin, f.adrelid)
            FROM pg_attribute a
            JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
            WHERE a.attrelid = ANY (?::oid[]) AND a.attgenerated <> '' AND NOT a.attisdropped
            UNION ALL
            SELECT r.oid, 'PARTITION', pg_get_expr(l.relpartbound, l.oid)
            FROM pg_class r
            CROSS JOIN LATERAL pg_partition_tree(r.oid) t
            JOIN pg_class l ON l.oid = t.relid
            WHERE r.oid = ANY (?::oid[]) AND r.relkind = 'p' AND t.isleaf AND t.relid <> r.oid
            """;
    private static final String TYPES = """
            WITH RECURSIVE part AS (
                SELECT DISTINCT a.atttypid AS type FROM pg_attribute a
                WHERE a.attrelid = ANY (?::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
                UNION
                SELECT i.type
                FROM part p
                JOIN pg_type t ON t.oid = p.type
                CROSS JOIN LATERAL (
                    SELECT t.typbasetype AS type WHERE t.typtype = 'd'
                    UNION ALL SELECT t.typelem WHERE t.typcategory = 'A'
                    UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
                    UNION ALL SELECT c.atttypid FROM pg_attribute c
                              WHERE t.typtype = 'c' AND c.attrelid = t.typrelid AND c.attnum > 0 AND NOT c.attisdropped
                ) i
            )
            SELECT format('%I.%I', n.nspname, t.typname) AS name,
                   CASE t.typtype
                   WHEN 'e' THEN 'an enum of ' || (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
                                                   FROM pg_enum e WHERE e.enumtypid = t.oid)
                   WHEN 'c' THEN 'a composite of ' || (SELECT string_agg(quote_ident(a.attname) || ' '
                                                                         || format_type(a.atttypid, a.atttypmod), ', '
                                                                         ORDER BY a.attnum)
                                                       FROM pg_attribute a
                                                       WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
                   WHEN 'r' THEN 'a range of ' || (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid)
                   ELSE concat_ws(' ', 'a domain over ' || format_type(t.typbasetype, t.typtypmod),
                                  CASE WHEN t.typnotnull THEN 'NOT NULL' END,
                                  (SELECT string_agg(pg_get_constraintdef(k.oid), ' ' ORDER BY pg_get_constraintdef(k.oid))
                                   FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'))
                   END AS definition
            FROM part p
            JOIN pg_type t ON t.oid = p.type
            JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE t.typtype IN ('e', 'c', 'd', 'r') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
            """;
    private static final String COLLATIONS = """
            SELECT DISTINCT format('%I.%I', n.nspname, l.collname), coalesce(pg_collation_actual_version(l.oid), '')
            FROM pg_attribute a
            JOIN pg_collation l ON l.oid = a.attcollation AND l.collname NOT IN ('default', 'C', 'POSIX')
            JOIN pg_namespace n ON n.oid = l.collnamespace
            WHERE a.attrelid = ANY (?::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
            """;

    private DefinitionReader() {}

    private record Owned(long table, Definition definition) {}

    /** Definitions by table. */
    static Map<Long, List<Definition>> definitions(Connection connection, List<CatalogTable> tables)
            throws SQLException {
        Long[] oids = oids(tables);
        return Sql.list(connection, DefinitionReader::owned, DEFINITIONS, oids, oids, oids, oids, oids).stream()
                .collect(Collectors.groupingBy(
                        Owned::table, Collectors.mapping(Owned::definition, Collectors.toList())));
    }

    /** Definitions of enums, composites, domains and ranges that columns are made of, by name. */
    static Map<String, String> types(Connection connection, List<CatalogTable> tables) throws SQLException {
        return texts(connection, TYPES, tables);
    }

    /** Versions of the collations that columns have, by name. */
    static Map<String, String> collations(Connection connection, List<CatalogTable> tables) throws SQLException {
        return texts(connection, COLLATIONS, tables);
    }

    private static Map<String, String> texts(Connection connection, String query, List<CatalogTable> tables)
            throws SQLException {
        Map<String, String> texts = new TreeMap<>();
        Sql.list(connection, row -> Map.entry(row.getString(1), row.getString(2)), query, (Object) oids(tables))
                .forEach(text -> texts.put(text.getKey(), text.getValue()));
        return texts;
    }

    private static Long[] oids(List<CatalogTable> tables) {
        return tables.stream().map(CatalogTable::oid).toArray(Long[]::new);
    }

    private static Owned owned(ResultSet row) throws SQLException {
        return new Owned(
                row.getLong("relation"),
                new Definition(Kind.valueOf(row.getString("kind")), row.getString("definition")));
    }
}
