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

    private static TableFacts table(CheckedSite site, CatalogTable table) {
        Map<String, ColumnFacts> columns = new TreeMap<>();
        table.columns()
                .forEach(column -> columns.put(
                        column.name(),
                        new ColumnFacts(
                                column.type(),
                                column.required(),
                                column.generated() != CatalogTable.Generated.NOT,
                                column.collation())));
        return new TableFacts(
                columns,
                table.key().map(PrimaryKey::columns).orElse(List.of()),
                site.config().policyFor(table.schema(), table.name()).name());
    }
}
