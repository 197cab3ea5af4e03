package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.reason.Advice;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that are altered at both sites while these run: what the applier remembers of them is never believed for long. */
class AlteredTablesIT {
    private static final String[] SCHEMA = {
        "CREATE TABLE measured (id int PRIMARY KEY, r real, d date, v varchar(3))",
        "INSERT INTO measured VALUES (1, 1, '2026-01-01', 'a')",
        "CREATE TABLE item (id int PRIMARY KEY, v text)",
        "INSERT INTO item VALUES (1, 'a'), (2, 'b'), (3, 'c')",
        "CREATE TABLE sale (id int, day int, v text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
        "CREATE TABLE sale_a PARTITION OF sale FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE sale_rest PARTITION OF sale DEFAULT",
        "INSERT INTO sale SELECT i, i, 'a' FROM generate_series(1, 9) AS i",
        "CREATE TABLE visit (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)",
        "CREATE TABLE visit_a PARTITION OF visit FOR VALUES FROM (0) TO (10)",
        "CREATE SCHEMA app",
        "CREATE TABLE app.country (code text PRIMARY KEY)",
        "INSERT INTO app.country VALUES ('de')",
        "CREATE FUNCTION app.known(c text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN"
                + " RETURN EXISTS (SELECT FROM country WHERE code = c); END $$",
        "SET search_path = app, public",
        "CREATE TABLE public.address (id int PRIMARY KEY, country text CHECK (app.known(country)))"
    };

    @TempDir
    static Path folder;

    private static TwoSites sites;

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of());
        sites.schema(TwoSites.PROBE).schema(SCHEMA).prepare().run();
        sites.east().execute("UPDATE measured SET r = 2", "UPDATE item SET v = v || '!'", "UPDATE sale SET v = 'b'");
        sites.settle();
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    @Test
    void writes_no_value_through_a_type_that_a_column_had() throws Exception {
        atBoth(
                "ALTER TABLE measured ALTER id TYPE bigint, ALTER r TYPE double precision, ALTER d TYPE timestamp, ALTER v TYPE text");
        sites.east()
                .execute(
                        "INSERT INTO measured VALUES (2, 0.1234567890123, '2026-03-04 12:34:56', 'a longer text')",
                        "INSERT INTO measured VALUES (3000000000, 1, now(), 'b')",
                        "UPDATE measured SET r = 0.1234567890123 WHERE id = 1");
        sites.settle();

        sites.assertEqual("measured");
        assertThat(TwoSites.texts(sites.west(), "SELECT r, d FROM measured WHERE id = 2"))
                .containsExactly("0.1234567890123|2026-03-04 12:34:56");
        assertThat(TwoSites.texts(sites.west(), "SELECT id FROM gemel.parked")).isEmpty();
        sites.awaitNoReason();
    }

    @Test
    void gives_a_table_that_gets_rules_no_statement_that_these_forbid() throws Exception {
        atBoth("CREATE RULE noted AS ON UPDATE TO item DO ALSO NOTIFY item");
        sites.east()
                .execute(
                        "INSERT INTO item VALUES (4, 'new')",
                        "UPDATE item SET v = 'b' WHERE id = 1",
                        "DELETE FROM item WHERE id = 2");
        sites.settle();
        writeAtBoth("item");
        sites.assertEqual("item");
        assertThat(TwoSites.rows(sites.west(), "item")).containsExactly("(1,b)", "(3,west)", "(4,new)");
    }

    private static void writeAtBoth(String table) throws Exception {
        sites.pause();
        sites.east().execute("DELETE FROM " + table + " WHERE id = 3");
        sites.west().execute("UPDATE " + table + " SET v = 'west' WHERE id = 3");
        sites.resume();
        sites.settle();
    }

    @Test
    void follows_rows_into_partitions_that_come_and_go() throws Exception {
        atBoth(
                "CREATE TABLE sale_b PARTITION OF sale FOR VALUES FROM (10) TO (20) PARTITION BY HASH (id, day)",
                "CREATE TABLE sale_b_0 PARTITION OF sale_b FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
                "ALTER TABLE sale_b_0 REPLICA IDENTITY FULL");
        sites.east()
                .execute(
                        "INSERT INTO sale VALUES (11, 11, 'new'), (30, 30, 'rest')",
                        "UPDATE sale SET day = 12 WHERE id = 1",
                        "UPDATE sale SET v = 'c' WHERE id IN (2, 11, 30)");
        sites.settle();
        sites.assertEqual("sale");

        atBoth("ALTER TABLE sale DETACH PARTITION sale_b");
        sites.west().execute("INSERT INTO sale VALUES (13, 13, 'rest')", "UPDATE sale SET v = 'd' WHERE id = 3");
        sites.settle();
        sites.assertEqual("sale", "sale_rest", "sale_a");
    }

    /** PostgreSQL sends rows by the name that the table had where it has met its partition, until another process of the server sends the log. */
    @Test
    void follows_a_table_in_partitions_to_another_name() throws Exception {
        sites.east().execute("INSERT INTO visit VALUES (1, 'east'), (3, 'east')");
        sites.west().execute("INSERT INTO visit VALUES (2, 'west')");
        sites.settle();
        List<String> east = sender(sites.east());
        List<String> west = sender(sites.west());
        atBoth("ALTER TABLE visit RENAME TO visit_2026");
        await().atMost(TwoSites.SETTLE_LIMIT)
                .until(() -> isAnother(sender(sites.east()), east) && isAnother(sender(sites.west()), west));

        sites.east()
                .execute("UPDATE visit_2026 SET v = 'again' WHERE id = 1", "INSERT INTO visit_2026 VALUES (4, 'new')");
        sites.west().execute("UPDATE visit_2026 SET v = 'again' WHERE id = 2");
        sites.settle();

        sites.assertEqual("visit_2026");
        assertThat(TwoSites.rows(sites.west(), "visit_2026"))
                .containsExactly("(1,again)", "(2,again)", "(3,east)", "(4,new)");
    }

    private static List<String> sender(SiteFixture site) throws SQLException {
        return TwoSites.texts(
                site, "SELECT active_pid FROM pg_replication_slots WHERE active AND database = current_database()");
    }

    private static boolean isAnother(List<String> sender, List<String> before) {
        return !sender.isEmpty() && !sender.equals(before);
    }

    @Test
    @Follows({Advice.APPLY_SEARCH_PATH, Advice.APPLY_PRIVILEGE})
    void says_that_a_function_needs_a_search_path() throws Exception {
        sites.east().execute("SET search_path = app, public; INSERT INTO address VALUES (1, 'de')");
        sites.awaitReason(sites.supervisors().get(1), "The role needs USAGE on that schema");

        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            site.execute(
                    "ALTER ROLE " + site.role() + " SET search_path = app, public",
                    "GRANT USAGE ON SCHEMA app TO " + site.role());
        }
        sites.restart();
        sites.awaitReason(
                sites.supervisors().get(1),
                "a function that this site's table calls uses it: GRANT it to the role of database.user");

        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            site.execute("GRANT SELECT ON app.country TO " + site.role());
        }
        sites.settle();
        sites.assertEqual("address");
    }

    private static void atBoth(String... statements) throws SQLException {
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            site.execute(statements);
        }
    }
}
