package io.gemel.deploy.check;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.database.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/**
 * Primary key columns: a key is compared as text at both sites, so equal values must have one text, and different texts must be different
 * values.
 */
final class KeyColumnCheck implements DatabaseCheck {
    private static final Set<String> ALLOWED = Set.of(
            "int2",
            "int4",
            "int8",
            "oid",
            "bool",
            "uuid",
            "bytea",
            "date",
            "time",
            "timestamp",
            "timestamptz",
            "inet",
            "cidr",
            "macaddr",
            "macaddr8",
            "bit",
            "varbit",
            "name",
            "char",
            "text",
            "varchar",
            "bpchar",
            "numeric");
    private static final String COLUMNS = """
            WITH RECURSIVE key_column AS (
                SELECT c.oid AS table_oid, a.attname, a.atttypid AS type_oid, a.atttypmod AS modifier, a.attcollation,
                       a.attgenerated <> '' AS generated
                FROM pg_constraint k
                JOIN pg_class c ON c.oid = k.conrelid
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
                WHERE k.contype = 'p' AND c.oid = ?::oid
                UNION ALL
                SELECT b.table_oid, b.attname, t.typbasetype, t.typtypmod, b.attcollation, b.generated
                FROM key_column b
                JOIN pg_type t ON t.oid = b.type_oid AND t.typtype = 'd'
            )
            SELECT b.attname, t.typname, format_type(b.type_oid, b.modifier) AS type, b.modifier, t.typtype = 'e' AS enum,
                   t.typnamespace = 'pg_catalog'::regnamespace AS built_in, b.generated,
                   coalesce(NOT l.collisdeterministic, false) AS nondeterministic, l.collname
            FROM key_column b
            JOIN pg_type t ON t.oid = b.type_oid
            LEFT JOIN pg_collation l ON l.oid = b.attcollation
            WHERE t.typtype <> 'd'
            ORDER BY 1
            """;

    private record KeyColumn(String name, String type, Optional<String> refusal) {}

    @Override
    public void check(CheckedSite site, Findings findings) throws SQLException {
        for (var table : site.tables()) {
            for (KeyColumn column : Sql.list(site.connection(), KeyColumnCheck::column, COLUMNS, table.oid())) {
                column.refusal()
                        .ifPresent(
                                reason -> findings.of(Cause.KEY_TYPE)
                                        .error(
                                                table.sqlName(),
                                                "has the key column " + column.name() + " of type " + column.type()
                                                        + ", which " + reason,
                                                "give it a key of an integer, uuid, text or date type, or list it in tables.exclude"));
            }
        }
    }

    private static KeyColumn column(ResultSet row) throws SQLException {
        return new KeyColumn(row.getString("attname"), row.getString("type"), refusal(row));
    }

    private static Optional<String> refusal(ResultSet row) throws SQLException {
        String type = row.getString("typname");
        boolean hasModifier = row.getInt("modifier") >= 0;
        if (row.getBoolean("generated")) {
            return Optional.of("is generated and so is not in the database's log");
        }
        if (row.getBoolean("nondeterministic")) {
            return Optional.of("compares different texts as equal (collation " + row.getString("collname") + ")");
        }
        if (type.equals("numeric") && !hasModifier) {
            return Optional.of("has several texts for one value; declare its scale, such as numeric(20,0)");
        }
        if (type.equals("bpchar") && !hasModifier) {
            return Optional.of("has several texts for one value; declare its length");
        }
        boolean allowed = row.getBoolean("enum") || (row.getBoolean("built_in") && ALLOWED.contains(type));
        return allowed ? Optional.empty() : Optional.of("cannot be compared as text");
    }
}
