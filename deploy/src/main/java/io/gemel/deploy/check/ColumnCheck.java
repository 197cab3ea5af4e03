package io.gemel.deploy.check;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Columns of types whose values cannot travel as text, or mean something else at the peer. */
final class ColumnCheck implements DatabaseCheck {
    private static final String SELECT_COLUMNS = """
            SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
            FROM pg_attribute a
            JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped AND\s""";
    private static final String WITHOUT_TEXT_INPUT = SELECT_COLUMNS + """
            t.typname IN ('pg_node_tree', 'pg_ndistinct', 'pg_dependencies', 'pg_mcv_list', 'pg_brin_bloom_summary',
                          'pg_brin_minmax_multi_summary', 'gtsvector', 'pg_ddl_command')
            """;
    private static final String LARGE_OBJECTS = SELECT_COLUMNS + "t.typname = 'lo'";
    private static final String OBJECT_NAMES = SELECT_COLUMNS
            + "t.typname IN ('regclass', 'regproc', 'regprocedure', 'regoper', 'regoperator', 'regtype', 'regrole',"
            + " 'regnamespace', 'regconfig', 'regdictionary', 'regcollation')";

    @Override
    public void check(CheckedSite site, Findings findings) throws SQLException {
        for (CatalogTable table : site.tables()) {
            for (String column : columns(site.connection(), WITHOUT_TEXT_INPUT, table)) {
                findings.of(Cause.COLUMN_TYPE)
                        .error(
                                table.sqlName(),
                                "has the column " + column + ", whose type cannot be read from text",
                                "change its type, or list the table in tables.exclude");
            }
            for (String column : columns(site.connection(), LARGE_OBJECTS, table)) {
                findings.of(Cause.COLUMN_TYPE)
                        .error(
                                table.sqlName(),
                                "has the column " + column
                                        + ", which refers to large objects; those are not in the database's log",
                                "store the content in a bytea column, or list the table in tables.exclude");
            }
            for (String column : columns(site.connection(), OBJECT_NAMES, table)) {
                findings.of(Cause.OBJECT_NAMES)
                        .warning(
                                table.sqlName(),
                                "has the column " + column + ", which names an object of this database",
                                "make sure that every object it names exists at the peer too");
            }
        }
    }

    private static List<String> columns(Connection connection, String query, CatalogTable table) throws SQLException {
        return Sql.list(connection, row -> row.getString(1), query, table.oid());
    }
}
