package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.reason.Advice;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two rows claim one value of a unique key that is not the primary one, in every way PostgreSQL has for such keys. */
class UniqueKeysIT {
    @TempDir
    Path folder;

    /** What both sites hold in the end, by table. */
    private static final Map<String, List<String>> KEPT = Map.ofEntries(
            Map.entry("person", List.of("(1,,east@x)", "(2,ada,west@x)", "(3,,)", "(4,,)")),
            Map.entry("strict", List.of("(2,ada)")),
            Map.entry("removed", List.of("(2,ada)")),
            Map.entry("lower_case", List.of("(1,)", "(2,ADA)")),
            Map.entry("active_only", List.of("(1,,t)", "(2,ada,t)", "(3,bob,f)", "(4,bob,t)")),
            Map.entry("booking", List.of("(1,7,)", "(2,7,\"[3,9)\")", "(3,8,\"[1,5)\")")),
            Map.entry("nothing", List.of("(2,)")),
            Map.entry("later", List.of("(1,)", "(2,ada)")),
            Map.entry("later_strict", List.of("(2,ada)")),
            Map.entry("code", List.of("(1,,)", "(2,Ada,ADA)")),
            Map.entry("swap", List.of("(1,b)", "(2,d)", "(3,c)")),
            Map.entry("seat", List.of("(1,1,1)", "(2,1,)")));

    @ParameterizedTest
    @EnumSource(
            value = Version.class,
            names = {"V15", "V18"})
    void the_later_row_keeps_the_value_and_both_sites_agree(Version version) throws Exception {
        Map<String, String> settings = Map.of(
                "conflict.policy.public.removed", "last-writer-wins, unique(remove)",
                "conflict.policy.public.seat", "column-merge");
        try (TwoSites sites = TwoSites.start(folder, version, settings)) {
            sites.schema(TwoSites.PROBE)
                    .schema(
                            "CREATE EXTENSION btree_gist",
                            "CREATE TABLE person (id int PRIMARY KEY, name text UNIQUE, mail text UNIQUE)",
                            "CREATE TABLE strict (id int PRIMARY KEY, name text NOT NULL UNIQUE)",
                            "CREATE TABLE removed (id int PRIMARY KEY, name text UNIQUE)",
                            "CREATE TABLE lower_case (id int PRIMARY KEY, name text)",
                            "CREATE UNIQUE INDEX ON lower_case (lower(name))",
                            "CREATE TABLE active_only (id int PRIMARY KEY, name text, active bool)",
                            "CREATE UNIQUE INDEX ON active_only (name) WHERE active",
                            "CREATE TABLE booking (id int PRIMARY KEY, room int, span int4range,"
                                    + " EXCLUDE USING gist (room WITH =, span WITH &&))",
                            "CREATE TABLE nothing (id int PRIMARY KEY, name text UNIQUE NULLS NOT DISTINCT)",
                            "CREATE TABLE later (id int PRIMARY KEY, name text UNIQUE DEFERRABLE INITIALLY DEFERRED)",
                            "CREATE TABLE later_strict (id int PRIMARY KEY,"
                                    + " name text NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED)",
                            "CREATE TABLE seat (id int PRIMARY KEY, line int, place int, UNIQUE (line, place))",
                            "CREATE TABLE code (id int PRIMARY KEY, name text,"
                                    + " upper_name text UNIQUE GENERATED ALWAYS AS (upper(name)) STORED)",
                            "CREATE TABLE swap (id int PRIMARY KEY, name text UNIQUE)",
                            "INSERT INTO seat VALUES (1, 0, 0), (2, 1, 1)",
                            "INSERT INTO swap VALUES (1, 'a'), (2, 'b'), (3, 'c')")
                    .prepare()
                    .run();
            sites.pause();
            sites.east()
                    .execute(
                            "INSERT INTO person VALUES (1, 'ada', 'east@x'), (3, NULL, NULL)",
                            "INSERT INTO strict VALUES (1, 'ada')",
                            "INSERT INTO removed VALUES (1, 'ada')",
                            "INSERT INTO lower_case VALUES (1, 'Ada')",
                            "INSERT INTO active_only VALUES (1, 'ada', true), (3, 'bob', false)",
                            "INSERT INTO booking VALUES (1, 7, '[1,5)')",
                            "INSERT INTO nothing VALUES (1, NULL)",
                            "INSERT INTO later VALUES (1, 'ada')",
                            "INSERT INTO later_strict VALUES (1, 'ada')",
                            "UPDATE seat SET line = 1 WHERE id = 1",
                            "INSERT INTO code (id, name) VALUES (1, 'ada')",
                            "BEGIN; UPDATE swap SET name = 'x' WHERE id = 1; UPDATE swap SET name = 'a' WHERE id = 2;"
                                    + " UPDATE swap SET name = 'b' WHERE id = 1; COMMIT");
            sites.west()
                    .execute(
                            "INSERT INTO person VALUES (2, 'ada', 'west@x'), (4, NULL, NULL)",
                            "INSERT INTO strict VALUES (2, 'ada')",
                            "INSERT INTO removed VALUES (2, 'ada')",
                            "INSERT INTO lower_case VALUES (2, 'ADA')",
                            "INSERT INTO active_only VALUES (2, 'ada', true), (4, 'bob', true)",
                            "INSERT INTO booking VALUES (2, 7, '[3,9)'), (3, 8, '[1,5)')",
                            "INSERT INTO nothing VALUES (2, NULL)",
                            "INSERT INTO later VALUES (2, 'ada')",
                            "INSERT INTO later_strict VALUES (2, 'ada')",
                            "UPDATE seat SET place = 1 WHERE id = 1",
                            "INSERT INTO code (id, name) VALUES (2, 'Ada')",
                            "UPDATE swap SET name = 'd' WHERE id = 2");
            sites.turn(sites.supervisors().get(0)); // before west has settled anything
            sites.resume();
            sites.settle();

            TableRows.assertRows(sites, KEPT);
            assertThat(kinds(sites)).contains("person|UNIQUE_EXISTS", "seat|UNIQUE_EXISTS", "booking|UNIQUE_EXISTS");
            sites.awaitNoReason();
        }
    }

    private static List<String> kinds(TwoSites sites) throws Exception {
        return TwoSites.texts(sites.east(), "SELECT DISTINCT table_name, kind FROM gemel.journal ORDER BY 1, 2");
    }

    /** PostgreSQL has a text of its own for the values of many types, and so have libraries. */
    @Test
    void finds_the_row_that_has_the_value_whatever_type_its_key_is_of() throws Exception {
        Map<String, List<String>> keys = Map.of(
                "by_flag boolean", List.of("true", "false"),
                "by_day date", List.of("2026-03-01", "2026-03-02"),
                "by_time timestamptz", List.of("2026-03-01 12:00:00.5+00", "2026-03-02 12:00:00+00"),
                "by_hour time", List.of("12:00:00.25", "13:00:00"),
                "by_bytes bytea", List.of("\\x00ff", "\\x01"),
                "by_amount numeric(10,2)", List.of("1.50", "2.00"),
                "by_id uuid", List.of("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"));
        try (TwoSites sites = TwoSites.start(folder, Version.V18, Map.of())) {
            sites.schema(TwoSites.PROBE);
            for (String each : keys.keySet()) {
                String[] table = each.split(" ");
                sites.schema("CREATE TABLE " + table[0] + " (key " + table[1] + " PRIMARY KEY, name text UNIQUE)");
            }
            sites.prepare().run();
            sites.pause();
            for (Map.Entry<String, List<String>> each : keys.entrySet()) {
                String insert = "INSERT INTO " + each.getKey().split(" ")[0] + " VALUES ('";
                sites.east().execute(insert + each.getValue().get(0) + "', 'ada')");
                sites.west().execute(insert + each.getValue().get(1) + "', 'ada')");
            }
            sites.resume();
            sites.settle();

            for (String each : keys.keySet()) {
                String table = each.split(" ")[0];
                sites.assertEqual(table);
                assertThat(TwoSites.texts(sites.east(), "SELECT count(*), count(name) FROM " + table))
                        .as(table)
                        .containsExactly("2|1");
            }
            sites.awaitNoReason();
        }
    }

    @Test
    @Follows(Advice.APPLY_COLLISION_LARGE)
    void halts_at_a_collision_in_a_transaction_that_is_too_large_to_look_at_as_a_whole() throws Exception {
        try (TwoSites sites = TwoSites.start(folder, Version.V18, Map.of())) {
            sites.schema(TwoSites.PROBE)
                    .schema("CREATE TABLE person (id int PRIMARY KEY, name text UNIQUE)")
                    .prepare()
                    .run();
            sites.pause();
            sites.west().execute("INSERT INTO person VALUES (-1, 'n7')");
            sites.east().execute("INSERT INTO person SELECT id, 'n' || id FROM generate_series(1, 200001) AS id");
            sites.resume();
            sites.awaitReason(sites.supervisors().get(1), "200000 changes");

            sites.west().execute("UPDATE person SET name = 'another' WHERE id = -1");
            sites.settle();
            sites.assertEqual("person");
        }
    }

    @Test
    void judges_deferrable_keys_of_more_rows_than_it_remembers() throws Exception {
        try (TwoSites sites = TwoSites.start(folder, Version.V18, Map.of())) {
            sites.schema(TwoSites.PROBE)
                    .schema("CREATE TABLE person (id int PRIMARY KEY, name text UNIQUE DEFERRABLE INITIALLY DEFERRED)")
                    .prepare()
                    .run();
            sites.pause();
            sites.west().execute("INSERT INTO person VALUES (-1, 'n7')");
            sites.east().execute("INSERT INTO person SELECT id, 'n' || id FROM generate_series(1, 10001) AS id");
            sites.resume();
            sites.settle();

            sites.assertEqual("person");
            assertThat(TwoSites.texts(sites.west(), "SELECT id FROM person WHERE name = 'n7'"))
                    .containsExactly("7");
            assertThat(TwoSites.texts(sites.west(), "SELECT name FROM person WHERE id = -1"))
                    .containsExactly("null");
        }
    }

    @Test
    void a_value_that_wanders_on_while_its_release_is_under_way_is_not_lost() throws Exception {
        try (TwoSites sites = TwoSites.start(folder, Version.V18, Map.of())) {
            sites.schema(TwoSites.PROBE)
                    .schema("CREATE TABLE person (id int PRIMARY KEY, name text UNIQUE)")
                    .prepare()
                    .run();
            sites.pause();
            // West gives the name back before it hears that east wanted it, too.
            sites.east().execute("INSERT INTO person VALUES (1, 'ada')");
            sites.west().execute("INSERT INTO person VALUES (2, 'ada')", "UPDATE person SET name = NULL WHERE id = 2");
            sites.resume();
            sites.settle();
            sites.assertEqual("person");

            // Long after: no trace is left that would keep anybody from using the name.
            sites.west().execute("DELETE FROM person", "INSERT INTO person VALUES (9, 'ada')");
            sites.settle();
            sites.assertEqual("person");
            assertThat(TwoSites.rows(sites.east(), "person")).containsExactly("(9,ada)");
        }
    }
}
