package io.gemel.deploy.demo;

import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether both databases hold the same rows, table by table. */
final class Comparison {
    private static final List<String> TABLES = List.of("account", "transfer", "profile");
    private static final String DIGEST = """
            SELECT count(*), coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C")), 'empty') FROM %s AS t""";

    private final List<TableResult> results;

    private Comparison(List<TableResult> results) {
        this.results = results;
    }

    private record Content(long rows, String digest) {}

    private record TableResult(String table, Content east, Content west) {
        boolean isEqual() {
            return east.equals(west);
        }
    }

    static Comparison of(EmbeddedSite east, EmbeddedSite west) throws SQLException {
        List<TableResult> results = new ArrayList<>();
        try (Connection eastConnection = east.connect();
                Connection westConnection = west.connect()) {
            for (String table : TABLES) {
                results.add(new TableResult(table, content(eastConnection, table), content(westConnection, table)));
            }
        }
        return new Comparison(results);
    }

    private static Content content(Connection connection, String table) throws SQLException {
        return Sql.first(connection, row -> new Content(row.getLong(1), row.getString(2)), DIGEST.formatted(table))
                .orElseThrow();
    }

    boolean isEqual() {
        return results.stream().allMatch(TableResult::isEqual);
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "  %-10s %10s %10s   %-32s   %-32s",
                "table",
                "east rows",
                "west rows",
                "east md5",
                "west md5"));
        for (TableResult result : results) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-10s %10d %10d   %s   %s   %s",
                    result.table(),
                    result.east().rows(),
                    result.west().rows(),
                    result.east().digest(),
                    result.west().digest(),
                    result.isEqual() ? "equal" : "DIFFERENT"));
        }
        return lines;
    }
}
