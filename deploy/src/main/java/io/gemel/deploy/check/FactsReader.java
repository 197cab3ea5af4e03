package io.gemel.deploy.check;

import io.gemel.deploy.check.SiteFacts.ColumnFacts;
import io.gemel.deploy.check.SiteFacts.TableFacts;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.CatalogTable.PrimaryKey;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads what is compared between two sites. */
final class FactsReader {
    // Newer servers keep the locale of other providers than the C library in columns of their own, named differently.
    private static final String COLLATION = """
            SELECT coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', d.datcollate)
            FROM pg_database d
            WHERE d.datname = current_database()
            """;
    private static final String COLUMNS = """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull, a.attgenerated <> '' AS generated,
                   coalesce(l.collname, '') AS collation
            FROM pg_attribute a
            LEFT JOIN pg_collation l ON l.oid = a.attcollation
            WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped
            """;

    private FactsReader() {}

    static SiteFacts read(CheckedSite site) throws SQLException {
        Connection connection = site.connection();
        Map<String, TableFacts> tables = new TreeMap<>();
        for (CatalogTable table : site.tables()) {
            tables.put(table.sqlName(), table(site, table));
        }
        return new SiteFacts(
                Sql.text(connection, "SHOW server_version"),
                Sql.text(connection, COLLATION),
                tables,
                SequenceReader.read(connection, site.tables()));
    }

    private static TableFacts table(CheckedSite site, CatalogTable table) throws SQLException {
        Map<String, ColumnFacts> columns = new TreeMap<>();
        Sql.list(
                        site.connection(),
                        row -> Map.entry(
                                row.getString("attname"),
                                new ColumnFacts(
                                        row.getString("type"),
                                        row.getBoolean("attnotnull"),
                                        row.getBoolean("generated"),
                                        row.getString("collation"))),
                        COLUMNS,
                        table.oid())
                .forEach(column -> columns.put(column.getKey(), column.getValue()));
        return new TableFacts(
                columns,
                table.key().map(PrimaryKey::columns).orElse(List.of()),
                site.config().policyFor(table.schema(), table.name()).name());
    }
}
