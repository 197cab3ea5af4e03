package io.gemel.deploy.check;

import io.gemel.deploy.check.SiteFacts.ColumnFacts;
import io.gemel.deploy.check.SiteFacts.Definition;
import io.gemel.deploy.check.SiteFacts.TableFacts;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.CatalogTable.PrimaryKey;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.database.TableCatalog;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads what is compared between two sites, in a fixed number of queries. */
final class FactsReader {
    // Newer servers keep the locale of other providers than the C library in columns of their own, named differently.
    private static final String COLLATION = """
            SELECT coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', d.datcollate)
                   || coalesce(' version ' || pg_database_collation_actual_version(d.oid), '')
            FROM pg_database d
            WHERE d.datname = current_database()
            """;

    private FactsReader() {}

    /** Reads with every name printed in full: a role's search path must not make equal types look different. */
    static SiteFacts read(CheckedSite site) throws SQLException {
        Connection connection = site.connection();
        execute(connection, "SET search_path = pg_catalog");
        try {
            return read(connection, site.config());
        } finally {
            execute(connection, "RESET search_path");
        }
    }

    private static SiteFacts read(Connection connection, SiteConfig config) throws SQLException {
        List<CatalogTable> matched = TableCatalog.matched(connection, config);
        Map<Long, List<Definition>> definitions = DefinitionReader.definitions(connection, matched);
        Map<String, TableFacts> tables = new TreeMap<>();
        matched.forEach(table ->
                tables.put(table.sqlName(), table(config, table, definitions.getOrDefault(table.oid(), List.of()))));
        return new SiteFacts(
                Sql.text(connection, "SHOW server_version"),
                Sql.text(connection, COLLATION),
                tables,
                SequenceReader.read(connection, matched),
                DefinitionReader.types(connection, matched),
                DefinitionReader.collations(connection, matched));
    }

    private static TableFacts table(SiteConfig config, CatalogTable table, List<Definition> definitions) {
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
                config.policyFor(table.schema(), table.name()).name(),
                definitions);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
