package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every type's edge values, written at one site and written over at the other, are the same bits at both. */
class LosslessTypesIT {
    /** Defaults of roles and databases that print or read values in another way. */
    private static final String[] ODD_DEFAULTS = {
        "DateStyle = 'German, DMY'",
        "IntervalStyle = 'sql_standard'",
        "TimeZone = 'Asia/Kathmandu'",
        "extra_float_digits = -3",
        "bytea_output = 'escape'",
        "lc_monetary = 'C.utf8'",
        "lc_numeric = 'C.utf8'",
        "xmloption = 'document'",
        "array_nulls = off",
        "quote_all_identifiers = on",
        "default_transaction_isolation = 'serializable'"
    };

    /** What a person would have to set to see every bit; {@code format('%s')} prints as the log does. */
    private static final String EXACT = "SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC';"
            + " SET extra_float_digits = 1; SET bytea_output = 'hex'; SET xmloption = 'content'; SET array_nulls = on;"
            + " SET default_transaction_isolation = 'read committed'";

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void carries_every_type_bit_for_bit_both_ways(Version version) throws Exception {
        List<TypeCase> columns = TypeCase.columns(version.major());
        List<TypeCase> keys = TypeCase.keys();
        try (TwoSites sites = TwoSites.start(folder, version, Map.of())) {
            sites.schema(TwoSites.PROBE).schema(TypeCase.SETUP);
            for (int i = 0; i < columns.size(); i++) {
                sites.schema("CREATE TABLE t" + i + " (id int PRIMARY KEY, v "
                        + columns.get(i).type() + ", tick text)");
            }
            for (int i = 0; i < keys.size(); i++) {
                sites.schema("CREATE TABLE k" + i + " (v " + keys.get(i).type() + " PRIMARY KEY, tick text)");
            }
            for (String odd : ODD_DEFAULTS) {
                sites.east().execute("ALTER ROLE " + sites.east().role() + " SET " + odd);
                sites.west().execute("ALTER DATABASE west SET " + odd);
            }
            sites.prepare().run();

            writeValuesOverEachOther(sites, columns);
            writeKeysOverEachOther(sites, keys);
            assertThat(sites.supervisors())
                    .allSatisfy(each -> assertThat(each.reason()).isEmpty());
        }
    }

    private static void writeValuesOverEachOther(TwoSites sites, List<TypeCase> columns) throws Exception {
        write(sites.east(), columns, "INSERT INTO t%1$d VALUES (%2$d, (%3$s)::%4$s, 'east')", 0);
        write(sites.west(), columns, "INSERT INTO t%1$d VALUES (100 + %2$d, (%3$s)::%4$s, 'west')", 0);
        write(sites.west(), columns, "INSERT INTO t%1$d VALUES (99 - %2$d)", 0);
        Map<String, List<String>> inserted = settled(sites, columns, "t");

        // Both sites write each row at once, not the value: one of them must write it back as it was.
        write(sites.east(), columns, "UPDATE t%1$d SET tick = 'first' WHERE id %% 2 = 0", 0);
        write(sites.west(), columns, "UPDATE t%1$d SET tick = 'second'", 0);
        assertThat(withoutTicks(settled(sites, columns, "t"))).isEqualTo(withoutTicks(inserted));

        write(sites.west(), columns, "UPDATE t%1$d SET v = (%3$s)::%4$s WHERE id = %2$d", 1);
        write(sites.east(), columns, "UPDATE t%1$d SET v = (%3$s)::%4$s WHERE id = 100 + %2$d", 1);
        settled(sites, columns, "t");
        write(sites.east(), columns, "UPDATE t%1$d SET v = NULL WHERE id = %2$d", 0);
        write(sites.east(), columns, "UPDATE t%1$d SET v = (%3$s)::%4$s WHERE id = 99 - %2$d", 0);
        write(sites.west(), columns, "DELETE FROM t%1$d WHERE id = 100 + %2$d", 0);
        settled(sites, columns, "t");
    }

    private static void writeKeysOverEachOther(TwoSites sites, List<TypeCase> keys) throws Exception {
        write(sites.east(), keys, "INSERT INTO k%1$d VALUES ((%3$s)::%4$s, 'east')", 0);
        settled(sites, keys, "k");
        write(sites.east(), keys, "UPDATE k%1$d SET tick = 'first'", 0);
        write(sites.west(), keys, "UPDATE k%1$d SET tick = 'second'", 0);
        settled(sites, keys, "k");
        write(sites.west(), keys, "DELETE FROM k%1$d", 0);
        write(sites.west(), keys, "INSERT INTO k%1$d VALUES ((%3$s)::%4$s, 'again')", 0);
        settled(sites, keys, "k");
        write(sites.west(), keys, "DELETE FROM k%1$d WHERE v <> (%3$s)::%4$s", 0);
        settled(sites, keys, "k");
    }

    /**
     * Runs a statement for each value of each type in one transaction.
     *
     * @param statement with the places 1: table's number, 2: value's number, 3: value, 4: type
     * @param shift how many places the values are moved against their numbers
     */
    private static void write(SiteFixture site, List<TypeCase> cases, String statement, int shift) throws SQLException {
        try (Connection connection = site.connectAsAdministrator();
                Statement sql = connection.createStatement()) {
            sql.setEscapeProcessing(false);
            sql.execute(EXACT);
            connection.setAutoCommit(false);
            for (int i = 0; i < cases.size(); i++) {
                TypeCase each = cases.get(i);
                for (int j = 0;
                        j
                                < (statement.contains("%2$d") || statement.contains("%3$s")
                                        ? each.values().size()
                                        : 1);
                        j++) {
                    String value = each.values().get((j + shift) % each.values().size());
                    sql.execute(String.format(statement, i, j, value, each.type()));
                }
            }
            connection.commit();
        }
    }

    /** Waits for both sites to be equal and returns what they hold, by type. */
    private static Map<String, List<String>> settled(TwoSites sites, List<TypeCase> cases, String prefix)
            throws Exception {
        sites.settle();
        Map<String, List<String>> east = contents(sites.east(), cases, prefix);
        assertThat(contents(sites.west(), cases, prefix)).isEqualTo(east);
        return east;
    }

    private static Map<String, List<String>> contents(SiteFixture site, List<TypeCase> cases, String prefix)
            throws SQLException {
        Map<String, List<String>> contents = new TreeMap<>();
        try (Connection connection = site.connectAsAdministrator();
                Statement sql = connection.createStatement()) {
            sql.execute(EXACT);
            for (int i = 0; i < cases.size(); i++) {
                String table = prefix + i;
                List<String> rows = new ArrayList<>();
                try (ResultSet found =
                        sql.executeQuery("SELECT tick, to_jsonb(t) ->> 'id', format('%s', v), v IS NULL, "
                                + bits(sql, table) + " FROM " + table + " AS t ORDER BY 2, 3")) {
                    while (found.next()) {
                        rows.add(found.getString(1) + "|" + found.getString(2) + "|" + found.getString(3) + "|"
                                + found.getString(4) + "|" + found.getString(5));
                    }
                }
                contents.put(cases.get(i).type() + " " + table, rows);
            }
        }
        return contents;
    }

    /** The value's bits; for a type of the test's own, whose bits name an object of this database, its text will do. */
    private static String bits(Statement sql, String table) throws SQLException {
        try (Statement other = sql.getConnection().createStatement();
                ResultSet found =
                        other.executeQuery("SELECT t.typsend FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
                                + " LEFT JOIN pg_type e ON e.oid = t.typelem WHERE a.attrelid = '" + table
                                + "'::regclass AND a.attname = 'v' AND t.oid < 10000 AND coalesce(e.oid, 0) < 10000")) {
            return found.next() ? "encode(" + found.getString(1) + "(v), 'hex')" : "''";
        }
    }

    private static Map<String, List<String>> withoutTicks(Map<String, List<String>> contents) {
        Map<String, List<String>> values = new TreeMap<>();
        contents.forEach((type, rows) -> values.put(
                type, rows.stream().map(row -> row.substring(row.indexOf('|'))).toList()));
        return values;
    }
}
