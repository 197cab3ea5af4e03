package io.gemel.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.RowImage;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CaptureTypesIT {
    /** A type and a value of it that a conversion could damage. */
    private record Sample(String type, String literal) {}

    private static final String[] TYPES = {
        "CREATE EXTENSION IF NOT EXISTS hstore",
        "CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy')",
        "CREATE TYPE address AS (street text, number int, moved date)",
        "CREATE DOMAIN positive AS int CHECK (value > 0)",
        "CREATE DOMAIN addresses AS address[]"
    };

    private static final List<Sample> SAMPLES = List.of(
            new Sample("smallint", "-32768"),
            new Sample("bigint", "9223372036854775807"),
            new Sample("real", "'0.1'"),
            new Sample("double precision", "'4.9E-324'"),
            new Sample("double precision", "'-Infinity'"),
            new Sample("numeric", "'NaN'"),
            new Sample("numeric", "'123456789012345678901234567890.100'"),
            new Sample("numeric(20,5)", "'1.5'"),
            new Sample("boolean", "true"),
            new Sample("char(5)", "'ab'"),
            new Sample("\"char\"", "'x'"),
            new Sample("text", "E'\\u00e4\\u4e2d\\U0001F600 \"quoted\" \\\\ \\n\\t'"),
            new Sample("text", "''"),
            new Sample("text", "NULL"),
            new Sample("name", "'a name'"),
            new Sample("bytea", "'\\x00ff10'"),
            new Sample("date", "'infinity'"),
            new Sample("date", "'0044-03-15 BC'"),
            new Sample("date", "'1582-10-10'"),
            new Sample("time", "'24:00:00'"),
            new Sample("timetz", "'12:34:56.789+05:30'"),
            new Sample("timestamp", "'0044-03-15 01:02:03.000004 BC'"),
            new Sample("timestamp", "'-infinity'"),
            new Sample("timestamptz", "'2026-03-29 02:30:00.123456+02'"),
            new Sample("timestamptz", "'infinity'"),
            new Sample("interval", "'1 year -2 days 03:04:05.6'"),
            new Sample("money", "'1234.56'"),
            new Sample("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'"),
            new Sample("bit(5)", "B'00101'"),
            new Sample("varbit", "B'00'"),
            new Sample("bit(1)", "B'1'"),
            new Sample("xml", "'<a b=\"1\">x</a>'"),
            new Sample("json", "'{\"b\": 1,   \"a\": [1, 2]}'"),
            new Sample("jsonb", "'{\"b\": 1.00, \"a\": [1, 2]}'"),
            new Sample("point", "'(1.5,-2)'"),
            new Sample("polygon", "'((0,0),(1,1),(1,0))'"),
            new Sample("box", "'(1,1),(0,0)'"),
            new Sample("inet", "'192.168.0.1/24'"),
            new Sample("cidr", "'10.0.0.0/8'"),
            new Sample("macaddr8", "'08:00:2b:01:02:03:04:05'"),
            new Sample("int[]", "'{{1,2},{3,NULL}}'"),
            new Sample("int[]", "'[0:1]={7,8}'"),
            new Sample("numeric[]", "'{NaN,1.50}'"),
            new Sample("interval[]", "'{1 day,02:00}'"),
            new Sample("text[]", "ARRAY['a,b', 'c\"d', NULL, 'NULL', '']"),
            new Sample("int4range", "'[1,10]'"),
            new Sample("tstzrange", "'[2026-01-01,)'"),
            new Sample("int4multirange", "'{[1,3),[7,9)}'"),
            new Sample("tsvector", "to_tsvector('simple', 'a fat cat''s cat')"),
            new Sample("tsquery", "'fat & (rat | cat)'"),
            new Sample("pg_lsn", "'16/B374D848'"),
            new Sample("oid", "4294967295"),
            new Sample("hstore", "'a=>1, \"b c\"=>NULL'"),
            new Sample("mood", "'it''s ok'"),
            new Sample("mood[]", "'{sad,happy}'"),
            new Sample("address", "ROW('High \"St\", 1', 5, 'infinity')::address"),
            new Sample("positive", "42"),
            new Sample("addresses", "ARRAY[ROW('x', 1, '0001-01-01 BC')::address]"));

    @TempDir
    static Path folder;

    private static CaptureServers servers;

    @BeforeAll
    static void start() {
        servers = new CaptureServers(folder);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void hands_on_every_value_exactly_as_the_server_prints_it(Version version) throws Exception {
        try (CaptureFixture site = sampleSite(version)) {
            misleadingDefaults(site);
            site.start();
            site.execute("INSERT INTO sample VALUES (1, "
                    + SAMPLES.stream().map(Sample::literal).collect(Collectors.joining(", ")) + ")");
            site.execute("UPDATE sample SET id = 2");

            List<LogRecord.Part> parts = site.await(2);

            List<String> printed = printed(site);
            assertThat(values(parts.get(0).changes().get(0).after())).isEqualTo(printed);
            assertThat(values(parts.get(1).changes().get(0).before())).isEqualTo(printed);
            assertThat(values(parts.get(1).changes().get(1).after())).isEqualTo(printed);
        }
    }

    private static CaptureFixture sampleSite(Version version) throws Exception {
        List<String> statements = new ArrayList<>(Arrays.asList(TYPES));
        statements.add(IntStream.range(0, SAMPLES.size())
                .mapToObj(i -> "c" + i + " " + SAMPLES.get(i).type())
                .collect(Collectors.joining(", ", "CREATE TABLE sample (id int PRIMARY KEY, ", ")")));
        return servers.site(version, statements.toArray(String[]::new));
    }

    private static void misleadingDefaults(CaptureFixture site) throws Exception {
        String role = site.config().user();
        site.execute(
                "ALTER ROLE " + role + " SET DateStyle = 'SQL, DMY'",
                "ALTER ROLE " + role + " SET IntervalStyle = 'iso_8601'",
                "ALTER ROLE " + role + " SET TimeZone = 'Asia/Tokyo'",
                "ALTER ROLE " + role + " SET extra_float_digits = -3",
                "ALTER ROLE " + role + " SET bytea_output = 'escape'");
    }

    private static List<String> values(@Nullable RowImage image) {
        RowImage row = Objects.requireNonNull(image);
        return IntStream.range(0, SAMPLES.size())
                .mapToObj(i -> SAMPLES.get(i).type() + " " + row.value("c" + i))
                .toList();
    }

    /** The row as psql prints it under the settings that values travel with. */
    private static List<String> printed(CaptureFixture site) throws SQLException {
        try (Connection connection = site.connect();
                Statement statement = connection.createStatement()) {
            for (String setting : List.of(
                    "DateStyle = 'ISO'",
                    "IntervalStyle = 'postgres'",
                    "TimeZone = 'UTC'",
                    "extra_float_digits = 1",
                    "bytea_output = 'hex'",
                    "lc_monetary = 'C'")) {
                statement.execute("SET " + setting);
            }
            String columns = IntStream.range(0, SAMPLES.size())
                    .mapToObj(i -> "CASE WHEN c" + i + " IS NULL THEN NULL ELSE format('%s', c" + i + ") END")
                    .collect(Collectors.joining(", "));
            try (ResultSet row = statement.executeQuery("SELECT " + columns + " FROM sample")) {
                row.next();
                List<String> values = new ArrayList<>();
                for (int i = 0; i < SAMPLES.size(); i++) {
                    values.add(SAMPLES.get(i).type() + " " + row.getString(i + 1));
                }
                return values;
            }
        }
    }

    @Test
    void fills_large_unchanged_values_in_from_the_row_before() throws Exception {
        try (CaptureFixture site = servers.site(
                Version.V18, "CREATE TABLE page (id int PRIMARY KEY, visits int, body text, tags int[])")) {
            site.execute(
                    "ALTER TABLE page ALTER body SET STORAGE EXTERNAL, ALTER tags SET STORAGE EXTERNAL",
                    "INSERT INTO page SELECT 1, 0, string_agg(md5(i::text), ''), array_agg(i)"
                            + " FROM generate_series(1, 3000) AS i");
            site.start();
            site.execute("UPDATE page SET visits = 1");

            Change update = site.await(2).get(1).changes().get(0);

            RowImage before = Objects.requireNonNull(update.before());
            RowImage after = Objects.requireNonNull(update.after());
            assertThat(after.changedSince(before)).containsExactly(1);
            assertThat(after.value("body")).hasSize(96_000).isEqualTo(site.query("SELECT body FROM page"));
            assertThat(after.value("tags")).startsWith("{1,2,3,");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void leaves_generated_columns_out_and_follows_altered_tables(Version version) throws Exception {
        try (CaptureFixture site = servers.site(
                version,
                "CREATE TABLE item (b int DEFAULT 7, twice int GENERATED ALWAYS AS (b * 2) STORED,"
                        + " a int, at timestamptz DEFAULT now(), PRIMARY KEY (a, b))")) {
            if (version == Version.V18) { // which demands it: with whole old rows, no column may be left unpublished
                site.execute("ALTER PUBLICATION gemel SET (publish_generated_columns = stored)");
            }
            site.start();
            site.execute("INSERT INTO item (a, at) VALUES (1, 'epoch')");
            site.await(1);
            site.execute(
                    "ALTER TABLE item ADD COLUMN note text DEFAULT 'none'",
                    "INSERT INTO item (a, at) VALUES (2, 'epoch')",
                    "ALTER TABLE item DROP COLUMN at",
                    "DELETE FROM item WHERE a = 1");

            List<LogRecord.Part> parts = site.await(3);

            assertThat(parts)
                    .extracting(part -> part.changes().get(0).toString())
                    .containsExactly(
                            "Insert[after=public.item(b=7, a=1, at=1970-01-01 00:00:00+00)]",
                            "Insert[after=public.item(b=7, a=2, at=1970-01-01 00:00:00+00, note=none)]",
                            "Delete[before=public.item(b=7, a=1, note=none)]");
            assertThat(parts.get(0).changes().get(0).key().values()).containsExactly("1", "7");
        }
    }

    @Test
    void spells_names_as_the_catalog_does() throws Exception {
        try (CaptureFixture site = servers.site(
                Version.V18,
                "CREATE TABLE \"Order.Lines \"\"x\"\"\" (\"Nr.\" int PRIMARY KEY, \"Größe \"\"y\"\"\" text)")) {
            site.start();
            site.execute("INSERT INTO \"Order.Lines \"\"x\"\"\" VALUES (1, 'L')");

            Change insert = site.await(1).get(0).changes().get(0);

            assertThat(insert.table().name()).isEqualTo("Order.Lines \"x\"");
            assertThat(insert.shape().columns()).containsExactly("Nr.", "Größe \"y\"");
        }
    }
}
