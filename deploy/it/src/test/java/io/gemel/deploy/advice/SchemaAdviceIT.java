package io.gemel.deploy.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.CommandRun;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.SiteSupervisor;
import io.gemel.deploy.site.TwoSites;
import io.gemel.reason.Advice;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schemas of the two sites part for a while. What the reasons advise is done as they say it, and both sites are equal. */
class SchemaAdviceIT {
    private static final String PARKED = "SELECT id FROM gemel.parked ORDER BY id";

    @TempDir
    static Path folder;

    private static TwoSites sites;

    private final CommandRun commands = new CommandRun();

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of());
        sites.schema(TwoSites.PROBE)
                .schema(
                        "CREATE TYPE mood AS ENUM ('good')",
                        "CREATE TYPE pair AS (a int)",
                        "CREATE TABLE item (id int PRIMARY KEY, mood mood, pair pair, n int CHECK (n < 1000), s varchar(5))",
                        "CREATE TABLE owned (id int PRIMARY KEY, owner regrole)",
                        "CREATE TABLE old (id int PRIMARY KEY, v text)",
                        "CREATE TABLE wide (id int PRIMARY KEY, v text, j json)",
                        "INSERT INTO old VALUES (1, 'v'), (2, 'v'), (3, 'v')",
                        "INSERT INTO item (id) SELECT generate_series(1, 20)",
                        "CREATE TABLE part (id int, at date, v text NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
                        "CREATE TABLE part_a PARTITION OF part FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
                        "INSERT INTO part SELECT id, '2026-05-05', 'v' FROM generate_series(1, 9) AS id")
                .prepare()
                .soon()
                .run();
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    @AfterEach
    void both_sites_are_equal_and_nobody_is_asked() throws Exception {
        sites.settle();
        sites.assertEqual("item", "part", "old", "wide", "owned");
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            assertThat(TwoSites.texts(site, PARKED)).isEmpty();
        }
        sites.awaitNoReason();
    }

    @Test
    @Follows(Advice.APPLY_TYPE)
    void label_that_comes_late() throws Exception {
        sites.east().execute("ALTER TYPE mood ADD VALUE 'late'");
        sites.east()
                .execute(
                        "UPDATE item SET mood = 'late' WHERE id IN (2, 3)",
                        "UPDATE item SET mood = 'late' WHERE id = 4");
        sites.awaitRow(sites.west(), "SELECT FROM gemel.parked HAVING count(*) = 2");
        sites.east().execute("UPDATE item SET n = 1 WHERE id = 5");
        sites.settle(); // everything else goes on
        assertThat(TwoSites.texts(sites.west(), "SELECT reason FROM gemel.parked"))
                .allSatisfy(reason -> assertThat(reason).contains("'gemel parked FILE retry ID'"));
        sites.west().execute("ALTER TYPE mood ADD VALUE 'late'");
        decideAll("retry");
        sites.settle();
        assertThat(TwoSites.rows(sites.west(), "item"))
                .contains("(2,late,,,)", "(3,late,,,)", "(4,late,,,)", "(5,,,1,)");
    }

    @Test
    @Follows({Advice.APPLY_NARROWER, Advice.APPLY_RANGE})
    void narrower_column() throws Exception {
        sites.east().execute("ALTER TABLE item ALTER s TYPE varchar(9), ALTER n TYPE bigint");
        sites.east()
                .execute(
                        "UPDATE item SET s = 'sesquiped' WHERE id = 7", "UPDATE item SET n = -3000000000 WHERE id = 8");
        sites.awaitRow(sites.west(), "SELECT FROM gemel.parked HAVING count(*) = 2");
        sites.west().execute("ALTER TABLE item ALTER s TYPE varchar(9), ALTER n TYPE bigint");
        decideAll("retry");
        sites.settle();
        assertThat(TwoSites.rows(sites.west(), "item")).contains("(7,,,,sesquiped)", "(8,,,-3000000000,)");
    }

    @Test
    @Follows(Advice.APPLY_CONSTRAINT)
    void constraint_of_one_site() throws Exception {
        sites.east().execute("ALTER TABLE item DROP CONSTRAINT item_n_check");
        sites.east().execute("UPDATE item SET n = 5000 WHERE id = 9");
        sites.awaitRow(sites.west(), "SELECT FROM gemel.parked");
        sites.west().execute("ALTER TABLE item DROP CONSTRAINT item_n_check");
        decideAll("retry");
        sites.settle();
        assertThat(TwoSites.rows(sites.west(), "item")).contains("(9,,,5000,)");
    }

    @Test
    @Follows(Advice.CAPTURE_PARTIAL_ROWS)
    void partition_without_full_images_whose_rows_were_written_meanwhile() throws Exception {
        String partition = "CREATE TABLE \"part D\" PARTITION OF part FOR VALUES FROM ('2028-01-01') TO ('2029-01-01')";
        sites.east().execute(partition);
        sites.west().execute(partition, "ALTER TABLE \"part D\" REPLICA IDENTITY FULL");
        sites.east()
                .execute(
                        "INSERT INTO part SELECT id, '2028-05-05', 'a' FROM generate_series(40, 45) AS id",
                        "UPDATE part SET v = 'b' WHERE id = 40",
                        "UPDATE part SET id = 50, v = 'moved' WHERE id = 41",
                        "DELETE FROM part WHERE id = 42",
                        "BEGIN; DELETE FROM part WHERE id = 43; INSERT INTO part VALUES (43, '2028-05-05', 'again'); COMMIT");
        Matcher statement = Pattern.compile("ALTER TABLE .* REPLICA IDENTITY FULL")
                .matcher(awaitReason(east(), "public.part:", "ALTER TABLE public.\"part D\" REPLICA IDENTITY FULL"));
        assertThat(statement.find()).isTrue();
        sites.east().execute(statement.group());
        sites.settle();
        assertThat(TwoSites.texts(sites.west(), "SELECT id, v FROM part WHERE at > '2028-01-01' ORDER BY id"))
                .containsExactly("40|b", "43|again", "44|a", "45|a", "50|moved");
        sites.west().execute("UPDATE part SET v = 'w' WHERE at > '2028-01-01'");
    }

    @Test
    @Follows(Advice.APPLY_PARTITION)
    void partition_that_both_have_dropped() throws Exception {
        sites.east()
                .execute(
                        "CREATE TABLE part_c PARTITION OF part FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
                        "ALTER TABLE part_c REPLICA IDENTITY FULL");
        sites.west()
                .execute(
                        "CREATE TABLE part_c PARTITION OF part FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
                        "ALTER TABLE part_c REPLICA IDENTITY FULL");
        sites.west().execute("INSERT INTO part SELECT id, '2025-05-05', 'v' FROM generate_series(1, 9) AS id");
        sites.settle();
        sites.east().execute("DROP TABLE part_c");
        sites.west()
                .execute(
                        "UPDATE part SET v = 'w' WHERE id < 3 AND at < '2026-01-01'",
                        "DELETE FROM part WHERE id = 4 AND at < '2026-01-01'");
        sites.awaitRow(sites.east(), "SELECT FROM gemel.parked HAVING count(*) = 1");
        sites.west().execute("DROP TABLE part_c");
        assertThat(TwoSites.texts(sites.east(), "SELECT reason FROM gemel.parked"))
                .allSatisfy(reason -> assertThat(reason).contains("'gemel parked FILE discard ID'"));
        for (String id : TwoSites.texts(sites.east(), PARKED)) {
            assertThat(commands.run("parked", sites.east().file(), "discard", id))
                    .as(commands.err())
                    .isEqualTo(ExitCode.DONE);
        }
    }

    @Test
    @Follows(Advice.APPLY_COLUMN_MISSING)
    void column_that_both_have_dropped_while_the_peers_changes_were_under_way() throws Exception {
        sites.schema("ALTER TABLE old ADD COLUMN \"Old one\" text DEFAULT 'o'");
        sites.east().execute("ALTER TABLE old DROP COLUMN \"Old one\"");
        sites.west()
                .execute(
                        "UPDATE old SET v = 'w', \"Old one\" = 'x' WHERE id = 1",
                        "INSERT INTO old VALUES (10, 'w', 'y')",
                        "DELETE FROM old WHERE id = 2");
        Matcher command = Pattern.compile("gemel repair FILE (\\S+) '(--without=.*)'")
                .matcher(awaitReason(east(), "column Old one of table public.old does not exist at this site"));
        assertThat(commands.run("repair", sites.east().file(), "public.old", "--without=v"))
                .isEqualTo(ExitCode.FINDING);
        assertThat(commands.run("repair", sites.east().file(), "public.none", "--without=v"))
                .isEqualTo(ExitCode.FINDING);
        assertThat(commands.run("repair", sites.east().file(), "public.old", "1", "--without=v"))
                .isEqualTo(ExitCode.USAGE);
        sites.west().execute("ALTER TABLE old DROP COLUMN \"Old one\"");
        assertThat(command.find()).isTrue();
        assertThat(commands.run("repair", sites.east().file(), command.group(1), command.group(2)))
                .as(commands.err())
                .isEqualTo(ExitCode.DONE);
        sites.settle();
        assertThat(TwoSites.rows(sites.east(), "old")).containsExactly("(1,w)", "(10,w)", "(3,v)");

        // A column of that name that comes back is an ordinary one.
        sites.schema("ALTER TABLE old ADD COLUMN \"Old one\" text");
        sites.west().execute("UPDATE old SET \"Old one\" = 'again' WHERE id = 1");
    }

    @Test
    @Follows(Advice.APPLY_ROW_SECURITY)
    void row_level_security() throws Exception {
        sites.west().execute("ALTER TABLE item ENABLE ROW LEVEL SECURITY", "ALTER TABLE item FORCE ROW LEVEL SECURITY");
        sites.east().execute("INSERT INTO item (id) VALUES (30)");
        sites.showHiddenRows(west(), sites.west(), "row-level security", "BYPASSRLS");
        sites.settle();
        sites.west()
                .execute(
                        "ALTER TABLE item DISABLE ROW LEVEL SECURITY",
                        "ALTER TABLE item NO FORCE ROW LEVEL SECURITY",
                        "ALTER ROLE " + sites.west().role() + " NOBYPASSRLS");
    }

    /** A restored or altered schema gemel while the site runs; at the start the site says what is missing. */
    @Test
    @Follows(Advice.APPLY_OWN_SCHEMA)
    void column_of_gemels_own() throws Exception {
        sites.west().execute("ALTER TABLE gemel.journal DROP COLUMN outcome");
        sites.pause();
        sites.east().execute("UPDATE item SET s = 'east' WHERE id = 19");
        sites.west().execute("UPDATE item SET s = 'west' WHERE id = 19");
        sites.resume();
        awaitReason(west(), "gemel prepare", Advice.APPLY_OWN_SCHEMA.code());
        sites.prepare();
        sites.settle();
        assertThat(TwoSites.texts(sites.west(), "SELECT outcome ->> 's' FROM gemel.journal WHERE key = '{19}'"))
                .containsExactly("west");
    }

    @Test
    @Follows(Advice.APPLY_INDEX)
    void index_of_one_site() throws Exception {
        sites.west().execute("CREATE INDEX extra ON wide (v)");
        sites.east()
                .execute("INSERT INTO wide SELECT 1, string_agg(md5(i::text), '') FROM generate_series(1, 300) AS i");
        sites.awaitRow(sites.west(), "SELECT FROM gemel.parked WHERE reason LIKE '%apply.index%'");
        sites.west().execute("DROP INDEX extra");
        decideAll("retry");
        sites.settle();
        assertThat(TwoSites.texts(sites.west(), "SELECT length(v) FROM wide WHERE id = 1"))
                .containsExactly("9600");
    }

    /** A name in a value: the server looks it up while it reads the value. */
    @Test
    @Follows(Advice.APPLY_SCHEMAS)
    void role_that_a_value_names() throws Exception {
        sites.east().execute("CREATE ROLE auditor", "INSERT INTO owned VALUES (1, 'auditor')");
        awaitReason(west(), "role \"auditor\" does not exist", Advice.APPLY_SCHEMAS.code());
        sites.west().execute("CREATE ROLE auditor");
        sites.awaitRow(sites.west(), "SELECT FROM owned WHERE owner = 'auditor'::regrole");
    }

    /** Whatever the application's own code refuses: what it says is all that is known. */
    @Test
    @Follows(Advice.APPLY_DATABASE_REFUSES)
    void trigger_of_one_site_that_refuses_a_row() throws Exception {
        sites.west()
                .execute(
                        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                                + " $$ BEGIN RAISE EXCEPTION 'the books are closed: drop trigger closed'; END $$",
                        "CREATE TRIGGER closed BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION refuse()",
                        "ALTER TABLE item ENABLE ALWAYS TRIGGER closed");
        sites.east().execute("UPDATE item SET n = 11 WHERE id = 11");
        awaitReason(west(), "the books are closed", Advice.APPLY_DATABASE_REFUSES.code());
        sites.west().execute("DROP TRIGGER closed ON item");
        sites.awaitRow(sites.west(), "SELECT FROM item WHERE id = 11 AND n = 11");
    }

    @Test
    @Follows(Advice.APPLY_DEPTH)
    void value_that_is_nested_too_deeply() throws Exception {
        sites.west().alterSystem("ALTER SYSTEM SET max_stack_depth = '256kB'");
        sites.east().execute("INSERT INTO wide VALUES (2, 'v', (repeat('[', 4000) || repeat(']', 4000))::json)");
        awaitReason(west(), "max_stack_depth", Advice.APPLY_DEPTH.code());
        sites.west().alterSystem("ALTER SYSTEM RESET max_stack_depth");
        sites.awaitRow(sites.west(), "SELECT FROM wide WHERE id = 2");
    }

    @Test
    @Follows(Advice.APPLY_SETTING)
    void expression_that_asks_for_a_setting() throws Exception {
        sites.west()
                .execute(
                        "ALTER TABLE wide ADD CONSTRAINT tenant CHECK (current_setting('app.tenant') IS NOT NULL) NOT VALID");
        sites.east().execute("INSERT INTO wide VALUES (3, 'v')");
        awaitReason(west(), "unrecognized configuration parameter", Advice.APPLY_SETTING.code());
        sites.west().execute("ALTER ROLE " + sites.west().role() + " SET app.tenant = '1'");
        sites.restart();
        sites.awaitRow(sites.west(), "SELECT FROM wide WHERE id = 3");
        sites.west()
                .execute(
                        "ALTER TABLE wide DROP CONSTRAINT tenant",
                        "ALTER ROLE " + sites.west().role() + " RESET app.tenant");
    }

    @Test
    @Follows(Advice.APPLY_CONSTRAINT)
    void transaction_that_empties_a_table_and_is_refused() throws Exception {
        sites.west().execute("ALTER TABLE wide ADD CONSTRAINT allowed CHECK (v <> 'forbidden')");
        sites.east().execute("BEGIN; TRUNCATE wide; INSERT INTO wide VALUES (4, 'forbidden'); COMMIT");
        sites.awaitRow(sites.west(), "SELECT FROM gemel.parked WHERE reason LIKE '%apply.constraint%'");
        sites.west().execute("ALTER TABLE wide DROP CONSTRAINT allowed");
        decideAll("retry");
        sites.awaitRow(sites.west(), "SELECT FROM wide WHERE id = 4");
    }

    /** The large transaction is younger than the parked one and older than the decision: it must not be undone by that. */
    @Test
    @Follows(Advice.APPLY_PARKED_ROW_LARGE)
    void transaction_that_touches_a_parked_row_and_is_too_large_to_be_parked() throws Exception {
        sites.west().execute("ALTER TABLE wide ADD CONSTRAINT allowed CHECK (v <> 'refused')");
        sites.east().execute("INSERT INTO wide VALUES (8, 'refused')");
        sites.awaitRow(sites.west(), "SELECT FROM gemel.parked WHERE reason LIKE '%apply.constraint%'");
        sites.east()
                .execute(
                        "BEGIN; UPDATE wide SET v = 'later' WHERE id = 8;"
                                + " INSERT INTO wide SELECT id, repeat('v', 100) FROM generate_series(1001, 9000) AS id; COMMIT");
        awaitReason(west(), "too large to be parked as well", Advice.APPLY_PARKED_ROW_LARGE.code());
        sites.west().execute("ALTER TABLE wide DROP CONSTRAINT allowed");
        decideAll("retry");
        sites.awaitRow(sites.west(), "SELECT FROM wide WHERE id = 8 AND v = 'later'");
    }

    @Test
    @Follows(Advice.APPLY_KEY_DIFFERS)
    void primary_key_that_differs() throws Exception {
        // At once: a table without a key for a moment may be seen, and is left out then.
        sites.west()
                .execute("ALTER TABLE wide DROP CONSTRAINT wide_pkey, ADD COLUMN k int NOT NULL DEFAULT 1,"
                        + " ADD PRIMARY KEY (id, k)");
        sites.east().execute("INSERT INTO wide VALUES (5, 'v')");
        awaitReason(west(), "has the primary key", Advice.APPLY_KEY_DIFFERS.code());
        sites.west().execute("ALTER TABLE wide DROP COLUMN k, ADD PRIMARY KEY (id)");
        sites.awaitRow(sites.west(), "SELECT FROM wide WHERE id = 5");
    }

    @Test
    @Follows(Advice.APPLY_TABLE_MISSING)
    void table_that_is_missing() throws Exception {
        sites.west().execute("ALTER TABLE wide RENAME TO gone");
        sites.east().execute("INSERT INTO wide VALUES (6, 'v')");
        awaitReason(west(), "public.wide does not exist at this site", Advice.APPLY_TABLE_MISSING.code());
        sites.west().execute("ALTER TABLE gone RENAME TO wide");
        sites.awaitRow(sites.west(), "SELECT FROM wide WHERE id = 6");
    }

    @Test
    @Follows(Advice.APPLY_TABLE_NOT_REPLICATED)
    void table_that_only_the_peer_replicates() throws Exception {
        sites.west().with("tables.exclude", "public.wide");
        sites.restart();
        sites.east().execute("INSERT INTO wide VALUES (7, 'v')");
        awaitReason(west(), "which this site does not replicate", Advice.APPLY_TABLE_NOT_REPLICATED.code());
        sites.west().with("tables.exclude", "");
        sites.restart();
        sites.awaitRow(sites.west(), "SELECT FROM wide WHERE id = 7");
    }

    @Test
    @Follows(Advice.APPLY_DATABASE)
    void database_of_another_name() throws Exception {
        sites.westServer()
                .execute(
                        "postgres",
                        "ALTER DATABASE west ALLOW_CONNECTIONS false",
                        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = 'west'",
                        "ALTER DATABASE west RENAME TO moved",
                        "ALTER DATABASE moved ALLOW_CONNECTIONS true");
        awaitHalt(west(), "\"west\" does not exist", Advice.APPLY_DATABASE.code());
        sites.westServer().execute("postgres", "ALTER DATABASE moved RENAME TO west");
        sites.east().execute("INSERT INTO wide VALUES (9, 'v')");
        sites.awaitRow(sites.west(), "SELECT FROM wide WHERE id = 9");
    }

    private static void awaitHalt(SiteSupervisor site, String... words) {
        await().atMost(TwoSites.SETTLE_LIMIT)
                .untilAsserted(() -> assertThat(site.report().reason()).contains(words));
    }

    private void decideAll(String decision) throws Exception {
        for (String id : TwoSites.texts(sites.west(), PARKED)) {
            assertThat(commands.run("parked", sites.west().file(), decision, id))
                    .as(commands.err())
                    .isEqualTo(ExitCode.DONE);
        }
    }

    private static SiteSupervisor east() {
        return sites.supervisors().get(0);
    }

    private static SiteSupervisor west() {
        return sites.supervisors().get(1);
    }

    /** The reasons themselves, a line each: while the site tries again, it has none for a moment, and while it is halted both are one. */
    private static String awaitReason(SiteSupervisor supervisor, String... words) {
        return await().atMost(TwoSites.SETTLE_LIMIT)
                .until(
                        () -> supervisor.report().capture().reason() + "\n"
                                + supervisor.report().apply().reason(),
                        reason -> Stream.of(words).allMatch(reason::contains));
    }
}
