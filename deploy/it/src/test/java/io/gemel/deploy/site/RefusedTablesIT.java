package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.Gemel;
import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.prepare.Administrator;
import io.gemel.deploy.status.SideState;
import io.gemel.deploy.status.StatusReport;
import io.gemel.reason.Advice;
import io.gemel.reason.ReasonCode;
import io.gemel.transaction.LogRecord;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that cannot be replicated, or are not set up: the site says so by itself, and the others go on. */
class RefusedTablesIT {
    /** What is promised: a table that is not replicated is seen within this time, on a machine that is not overloaded. */
    private static final Duration SEEN_WITHIN = TwoSites.SETTLE_LIMIT;

    @TempDir
    Path folder;

    /** With two versions at once: most of the time both wait for the next look at the catalog. */
    @Test
    @Follows(
            value = Advice.APPLY_TABLE_REFUSED,
            reasons = {ReasonCode.SITE_TABLES_CHANGED, ReasonCode.TABLE_REFUSED, ReasonCode.TABLE_UNPREPARED})
    void replicates_the_others_and_says_why_each_is_not() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            Future<Void> oldest = threads.submit(() -> play(Version.V15));
            Future<Void> newest = threads.submit(() -> play(Version.V18));
            oldest.get();
            newest.get();
        } finally {
            threads.shutdownNow();
        }
    }

    private Void play(Version version) throws Exception {
        try (TwoSites sites = TwoSites.start(folder.resolve(version.name()), version, Map.of())
                .schema(TwoSites.PROBE)
                .schema(
                        "CREATE TABLE good (id int PRIMARY KEY, v text)",
                        "CREATE TABLE halves (id int PRIMARY KEY, v text)",
                        "CREATE TABLE item (id int PRIMARY KEY, v text)",
                        "CREATE TABLE part (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)",
                        "CREATE TABLE one_sided (id int PRIMARY KEY, name text, refers int, n int, needed int)",
                        "CREATE TABLE part_a PARTITION OF part FOR VALUES FROM (0) TO (100)")
                .prepare()
                // Keys of which one value has several texts, made after preparing, as if nobody had looked.
                .schema(
                        "CREATE TABLE num (k numeric PRIMARY KEY, v text)",
                        "ALTER TABLE num REPLICA IDENTITY FULL",
                        "ALTER PUBLICATION gemel ADD TABLE ONLY num")
                .soon()
                .run()) {
            equal_keys_with_other_texts_do_no_harm(sites);
            parks_what_the_peer_sends_for_a_table_that_only_this_site_refuses(sites);
            parks_a_truncate_of_such_a_table(sites);
            refuses_a_table_that_is_altered_while_it_runs(sites);
            refuses_a_table_whose_key_goes_with_the_transaction_that_writes(sites);
            sees_tables_that_are_not_published(sites);
            sees_partitions_without_full_images(sites);
            constraints_at_one_site_only_end_as_documented(sites);
        }
        return null;
    }

    private void equal_keys_with_other_texts_do_no_harm(TwoSites sites) throws Exception {
        awaitReason(sites, 0, ReasonCode.TABLE_REFUSED, "public.num has the key column k of type numeric");
        awaitReason(sites, 1, ReasonCode.TABLE_REFUSED, "public.num has the key column k of type numeric");
        sites.pause();
        sites.east().execute("INSERT INTO num VALUES (1.0, 'e')", "INSERT INTO good VALUES (1, 'e')");
        sites.west().execute("INSERT INTO num VALUES (1.00, 'w')", "INSERT INTO good VALUES (2, 'w')");
        sites.resume();
        sites.settle();

        sites.assertEqual("good");
        assertThat(TwoSites.rows(sites.east(), "num")).containsExactly("(1.0,e)");
        assertThat(TwoSites.rows(sites.west(), "num")).containsExactly("(1.00,w)");
        assertThat(report(sites, 0).isReady()).isFalse();
        alter(sites, 0, "DROP TABLE num");
        alter(sites, 1, "DROP TABLE num");
        awaitReady(sites);
    }

    private void parks_what_the_peer_sends_for_a_table_that_only_this_site_refuses(TwoSites sites) throws Exception {
        alterAtWest(sites, "ALTER TABLE halves ALTER id TYPE numeric");
        awaitReason(sites, 1, ReasonCode.TABLE_REFUSED, "public.halves");
        sites.east().execute("INSERT INTO halves VALUES (1, 'e')", "INSERT INTO good VALUES (3, 'e')");
        sites.settle();

        sites.assertEqual("good");
        assertThat(TwoSites.rows(sites.west(), "halves")).isEmpty();
        assertThat(TwoSites.texts(sites.west(), "SELECT reason FROM gemel.parked"))
                .singleElement()
                .asString()
                .contains("table public.halves is not replicated at this site")
                .contains("declare its scale")
                .contains("'gemel parked FILE retry ID'");

        alterAtWest(sites, "ALTER TABLE halves ALTER id TYPE int");
        awaitNo(sites, 1, ReasonCode.TABLE_REFUSED);
        decide(sites, sites.west(), "retry");
        sites.assertEqual("halves");
        assertThat(TwoSites.rows(sites.west(), "halves")).containsExactly("(1,e)");
        awaitReady(sites);
    }

    /** The truncate waits, and with it what comes behind it of this table; all else goes on. Each decision ends it at both sites. */
    private void parks_a_truncate_of_such_a_table(TwoSites sites) throws Exception {
        truncateWhileWestRefuses(sites, 10);
        decide(sites, sites.west(), "retry");
        sites.assertEqual("halves", "good");
        assertThat(TwoSites.rows(sites.west(), "halves")).containsExactly("(10,behind)");

        truncateWhileWestRefuses(sites, 20);
        decide(sites, sites.west(), "discard");
        sites.assertEqual("halves");
        assertThat(TwoSites.rows(sites.east(), "halves")).containsExactly("(10,behind)");

        truncateWhileWestRefuses(sites, 30);
        decide(sites, sites.east(), "discard");
        sites.assertEqual("halves");
        assertThat(TwoSites.rows(sites.west(), "halves")).containsExactly("(30,behind)");
        awaitReady(sites);
    }

    /** By whatever it becomes one that cannot be replicated: it alone waits, and goes on when that is taken back. */
    private void refuses_a_table_that_is_altered_while_it_runs(TwoSites sites) throws Exception {
        refusedWhile(
                sites,
                40,
                "ALTER TABLE public.halves DROP CONSTRAINT halves_pkey, ADD CONSTRAINT halves_pkey PRIMARY KEY (id),",
                "ALTER TABLE halves DROP CONSTRAINT halves_pkey, ADD PRIMARY KEY (id) DEFERRABLE",
                "ALTER TABLE public.halves DROP CONSTRAINT halves_pkey, ADD CONSTRAINT halves_pkey PRIMARY KEY (id)");
        refusedWhile(
                sites,
                50,
                "has no primary key",
                "ALTER TABLE halves DROP CONSTRAINT halves_pkey",
                "ALTER TABLE halves ADD PRIMARY KEY (id)");
        refusedWhile(
                sites,
                60,
                "row level security",
                "ALTER TABLE halves ENABLE ROW LEVEL SECURITY; ALTER TABLE halves FORCE ROW LEVEL SECURITY",
                "ALTER TABLE halves DISABLE ROW LEVEL SECURITY; ALTER TABLE halves NO FORCE ROW LEVEL SECURITY");
    }

    /** Capture meets the row before the site has seen that the table is another one. */
    private void refuses_a_table_whose_key_goes_with_the_transaction_that_writes(TwoSites sites) throws Exception {
        alter(
                sites,
                0,
                "BEGIN; ALTER TABLE halves DROP CONSTRAINT halves_pkey; INSERT INTO halves VALUES (70, 'e');"
                        + " INSERT INTO good VALUES (70, 'e'); COMMIT");
        awaitReason(sites, 0, ReasonCode.TABLE_REFUSED, "has no primary key");
        sites.settle();

        sites.assertEqual("good");
        assertThat(TwoSites.rows(sites.west(), "good")).contains("(70,e)");
        alter(sites, 0, "BEGIN; DELETE FROM halves WHERE id = 70; ALTER TABLE halves ADD PRIMARY KEY (id); COMMIT");
        awaitNo(sites, 0, ReasonCode.TABLE_REFUSED);
        sites.east().execute("INSERT INTO halves VALUES (71, 'e')");
        sites.settle();
        sites.assertEqual("halves");
        awaitReady(sites);
    }

    private static void refusedWhile(TwoSites sites, int id, String why, String alter, String back) throws Exception {
        alterAtWest(sites, alter);
        awaitReason(sites, 1, ReasonCode.TABLE_REFUSED, why);
        sites.east()
                .execute("INSERT INTO halves VALUES (" + id + ", 'e')", "INSERT INTO good VALUES (" + id + ", 'e')");
        sites.settle();

        sites.assertEqual("good");
        assertThat(TwoSites.texts(sites.west(), "SELECT id FROM halves WHERE id = " + id))
                .isEmpty();
        assertThat(report(sites, 1).apply().state()).isEqualTo(SideState.RUNNING);
        alterAtWest(sites, back);
        awaitNo(sites, 1, ReasonCode.TABLE_REFUSED);
        decide(sites, sites.west(), "retry");
        sites.assertEqual("halves");
        assertThat(TwoSites.rows(sites.east(), "halves")).contains("(" + id + ",e)");
    }

    private static void truncateWhileWestRefuses(TwoSites sites, int id) throws Exception {
        alterAtWest(sites, "ALTER TABLE halves ALTER id TYPE numeric");
        awaitReason(sites, 1, ReasonCode.TABLE_REFUSED, "public.halves");
        List<String> before = TwoSites.rows(sites.west(), "halves");
        sites.east()
                .execute(
                        "INSERT INTO halves VALUES (" + (id + 1) + ", 'before')",
                        "BEGIN; TRUNCATE halves; INSERT INTO good VALUES (" + id + ", 'with it'); COMMIT",
                        "INSERT INTO halves VALUES (" + id + ", 'behind')",
                        "INSERT INTO good VALUES (" + (id + 1) + ", 'free')");
        sites.settle();

        assertThat(TwoSites.rows(sites.west(), "halves")).isEqualTo(before);
        assertThat(TwoSites.rows(sites.west(), "good"))
                .contains("(" + (id + 1) + ",free)")
                .doesNotContain("(" + id + ",\"with it\")");
        assertThat(report(sites, 1).apply().state()).isEqualTo(SideState.RUNNING);
        assertThat(report(sites, 1).apply().parkedTransactions()).isEqualTo(3);
        alterAtWest(sites, "ALTER TABLE halves ALTER id TYPE int");
        awaitNo(sites, 1, ReasonCode.TABLE_REFUSED);
    }

    private static void alterAtWest(TwoSites sites, String statement) throws Exception {
        alter(sites, 1, statement);
    }

    /** Returns when the site runs with other tables, which it does a moment after it has told why. Each of its lives opens its log anew. */
    private static void alter(TwoSites sites, int site, String statement) throws Exception {
        SiteFixture fixture = site == 0 ? sites.east() : sites.west();
        long before = lives(sites, fixture);
        fixture.execute(statement);
        await().atMost(SEEN_WITHIN)
                .until(() -> lives(sites, fixture) > before
                        && sites.supervisors().get(site).state() == SiteState.RUNNING);
    }

    private static long lives(TwoSites sites, SiteFixture site) throws Exception {
        return TopicReader.records(
                        sites.kafka().bootstrapServers(), site.config().logTopic())
                .stream()
                .filter(LogRecord.Opened.class::isInstance)
                .count();
    }

    /** Of everything that is parked, which hangs together. */
    private static void decide(TwoSites sites, SiteFixture site, String decision) throws Exception {
        String id = TwoSites.texts(site, "SELECT min(id) FROM gemel.parked").get(0);
        assertThat(Gemel.commandLine().execute("parked", site.file().toString(), decision, id))
                .isEqualTo(ExitCode.DONE);
        sites.settle();
        for (SiteFixture each : List.of(sites.east(), sites.west())) {
            assertThat(TwoSites.texts(each, "SELECT id FROM gemel.parked")).isEmpty();
        }
    }

    private void sees_tables_that_are_not_published(TwoSites sites) throws Exception {
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            site.execute("BEGIN; CREATE TABLE item_new (LIKE item INCLUDING ALL); ALTER TABLE item RENAME TO item_old;"
                    + " ALTER TABLE item_new RENAME TO item; COMMIT");
        }
        awaitReason(sites, 0, ReasonCode.TABLE_UNPREPARED, "public.item matches tables= and is not in the publication");
        awaitReason(
                sites,
                1,
                ReasonCode.TABLE_UNPREPARED,
                "gemel prepare " + sites.west().file());

        prepareAndRepeat(sites);
        awaitReady(sites);
        sites.east().execute("INSERT INTO item VALUES (500, 'x')");
        sites.settle();
        sites.assertEqual("item");
        assertThat(TwoSites.rows(sites.west(), "item")).containsExactly("(500,x)");
    }

    private void sees_partitions_without_full_images(TwoSites sites) throws Exception {
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            site.execute("CREATE TABLE part_b PARTITION OF part FOR VALUES FROM (100) TO (200)");
        }
        awaitReason(sites, 0, ReasonCode.TABLE_UNPREPARED, "public.part_b logs no full row images");
        prepareAndRepeat(sites);
        awaitReady(sites);
        sites.east().execute("INSERT INTO part VALUES (150, 'x')", "UPDATE part SET v = 'y'");
        sites.settle();
        sites.assertEqual("part");
    }

    private void constraints_at_one_site_only_end_as_documented(TwoSites sites) throws Exception {
        sites.east()
                .execute(
                        "ALTER TABLE one_sided ADD UNIQUE (name)",
                        "ALTER TABLE one_sided ADD FOREIGN KEY (refers) REFERENCES good",
                        "ALTER TABLE one_sided ADD CHECK (n > 0)",
                        "ALTER TABLE one_sided ALTER needed SET NOT NULL");
        sites.west()
                .execute(
                        "INSERT INTO one_sided (id, name, needed) VALUES (1, 'same', 1)",
                        "INSERT INTO one_sided (id, name, needed) VALUES (2, 'same', 1)",
                        "INSERT INTO one_sided (id, refers, needed) VALUES (3, 4711, 1)",
                        "INSERT INTO one_sided (id, n, needed) VALUES (4, -1, 1)",
                        "INSERT INTO one_sided (id) VALUES (5)");
        sites.settle();

        assertThat(TwoSites.texts(sites.east(), "SELECT id, name, refers FROM one_sided ORDER BY id"))
                .as("unique keys are settled, foreign keys not looked at")
                .containsExactly("1|null|null", "2|same|null", "3|null|4711");
        assertThat(TwoSites.texts(sites.west(), "SELECT id, name, refers FROM one_sided WHERE id < 4 ORDER BY id"))
                .as("alike at both sites")
                .containsExactly("1|null|null", "2|same|null", "3|null|4711");
        assertThat(TwoSites.texts(sites.east(), "SELECT reason FROM gemel.parked ORDER BY id"))
                .as("the others are parked")
                .satisfiesExactly(
                        check -> assertThat(check).contains("violates check constraint"),
                        required -> assertThat(required).contains("violates not-null constraint"));
    }

    /** While the sites run; nothing is left to do after it. */
    private static void prepareAndRepeat(TwoSites sites) throws Exception {
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            StringWriter printed = new StringWriter();
            Optional<Administrator> administrator = Optional.of(new Administrator("postgres", new Secret("")));
            assertThat(Prepare.run(site.config(), administrator, new PrintWriter(printed)))
                    .as(printed::toString)
                    .isZero();
        }
    }

    private static StatusReport report(TwoSites sites, int site) {
        return sites.supervisors().get(site).report();
    }

    private static void awaitReason(TwoSites sites, int site, ReasonCode code, String text) {
        await().atMost(SEEN_WITHIN)
                .until(() -> !report(sites, site).isReady()
                        && report(sites, site).reasons().stream()
                                .anyMatch(reason -> reason.code().equals(code.code())
                                        && reason.text().contains(text)));
    }

    private static void awaitNo(TwoSites sites, int site, ReasonCode code) {
        await().atMost(SEEN_WITHIN)
                .until(() -> report(sites, site).leader()
                        && report(sites, site).reasons().stream()
                                .noneMatch(reason -> reason.code().equals(code.code())));
    }

    private static void awaitReady(TwoSites sites) {
        await().atMost(SEEN_WITHIN)
                .until(() -> report(sites, 0).isReady() && report(sites, 1).isReady());
    }
}
