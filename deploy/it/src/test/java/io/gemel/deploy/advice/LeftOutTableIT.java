package io.gemel.deploy.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.SiteSupervisor;
import io.gemel.deploy.site.TwoSites;
import io.gemel.reason.Advice;
import io.gemel.reason.ReasonCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes that cannot be published: the way past them that docs/configuration.md describes, "Leave a table out for a while". */
class LeftOutTableIT {
    @TempDir
    static Path folder;

    private static TwoSites sites;

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V15, Map.of());
        sites.schema(TwoSites.PROBE)
                .schema(
                        "CREATE TABLE doc (id int PRIMARY KEY, v text, body text)",
                        "ALTER TABLE doc ALTER body SET STORAGE EXTERNAL",
                        "CREATE TABLE gap (id int PRIMARY KEY, v text)",
                        "CREATE TABLE sparse (id int PRIMARY KEY, v text)",
                        "CREATE TABLE moved (id int PRIMARY KEY, v text)",
                        "CREATE TABLE named (id int PRIMARY KEY, v text)",
                        "CREATE TABLE rekeyed (id int PRIMARY KEY, v text)")
                .prepare()
                .soon()
                .run();
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    @Test
    @Follows(Advice.CAPTURE_VALUE_MISSING)
    void value_that_was_not_logged() throws Exception {
        sites.east().execute("INSERT INTO doc VALUES (1, 'v', repeat('x', 100000))");
        sites.settle();
        stopSites();
        sites.east()
                .execute(
                        "ALTER TABLE doc REPLICA IDENTITY DEFAULT",
                        "UPDATE doc SET v = 'w' WHERE id = 1",
                        "ALTER TABLE doc REPLICA IDENTITY FULL");
        leaveOut("doc", "column body of a row of table public.doc");
    }

    @Test
    @Follows(Advice.CAPTURE_UNKNOWN_TABLE)
    void table_that_was_renamed() throws Exception {
        stopSites();
        sites.east().execute("INSERT INTO moved VALUES (1, 'v')", "ALTER TABLE moved RENAME TO moved_away");
        leaveOut("moved", "table public.moved has changes to publish but was dropped or renamed");
    }

    @Test
    @Follows(Advice.CAPTURE_UNKNOWN_TABLE)
    void table_whose_name_is_restored() throws Exception {
        stopSites();
        sites.east().execute("INSERT INTO named VALUES (1, 'v')", "ALTER TABLE named RENAME TO named_away");
        startSites();
        await().atMost(TwoSites.SETTLE_LIMIT)
                .untilAsserted(() -> assertThat(
                                sites.supervisors().get(0).report().capture().reason())
                        .contains("table public.named has changes to publish", "restore its name"));
        sites.east().execute("ALTER TABLE named_away RENAME TO named");
        sites.settle();
        sites.assertEqual("named");
        assertThat(TwoSites.rows(sites.west(), "named")).containsExactly("(1,v)");
    }

    @Test
    @Follows(Advice.CAPTURE_KEY_CHANGED)
    void primary_key_that_is_another_one() throws Exception {
        stopSites();
        sites.east()
                .execute(
                        "INSERT INTO rekeyed VALUES (1, 'v')",
                        "ALTER TABLE rekeyed DROP CONSTRAINT rekeyed_pkey, ADD COLUMN k int NOT NULL DEFAULT 7",
                        "ALTER TABLE rekeyed ADD PRIMARY KEY (k)");
        sites.west()
                .execute(
                        "ALTER TABLE rekeyed DROP CONSTRAINT rekeyed_pkey, ADD COLUMN k int NOT NULL DEFAULT 7, ADD PRIMARY KEY (k)");
        leaveOut("rekeyed", "the primary key of table public.rekeyed was changed");
    }

    /** What was committed in it meanwhile is in no log, and the server does not tell. */
    @Test
    @Follows(reasons = ReasonCode.TABLE_REFUSED)
    void table_that_was_out_of_the_publication() throws Exception {
        sites.east().execute("INSERT INTO gap VALUES (1, 'v')");
        sites.settle();
        stopSites();
        sites.east()
                .execute(
                        "ALTER PUBLICATION gemel DROP TABLE ONLY gap",
                        "UPDATE gap SET v = 'lost'",
                        "ALTER PUBLICATION gemel ADD TABLE ONLY gap");
        leaveOut("gap", "public.gap was taken out of the publication gemel by hand");
    }

    @Test
    @Follows(reasons = ReasonCode.TABLE_REFUSED)
    void table_that_was_out_of_the_publication_while_nobody_wrote_to_it() throws Exception {
        sites.east().execute("ALTER PUBLICATION gemel DROP TABLE ONLY sparse");
        awaitReason("public.sparse was taken out of the publication gemel by hand");
        String statement = "DELETE FROM gemel.published WHERE relation = "
                + TwoSites.texts(sites.east(), "SELECT 'sparse'::regclass::oid").get(0);
        awaitReason(statement + "' in this database instead, then gemel prepare");
        sites.east().execute(statement);
        sites.prepare();
        awaitNoReason();
        sites.east().execute("INSERT INTO sparse VALUES (1, 'v')");
        sites.settle();
        sites.assertEqual("sparse");
        assertThat(TwoSites.rows(sites.west(), "sparse")).containsExactly("(1,v)");
    }

    @Test
    @Follows(Advice.CAPTURE_PUBLICATION_CHANGED)
    void publication_that_was_set_otherwise_while_nobody_wrote() throws Exception {
        sites.east()
                .execute(
                        "ALTER PUBLICATION gemel SET (publish = 'insert')",
                        "ALTER PUBLICATION gemel SET (publish = 'insert, update, delete, truncate')");
        awaitReason("[capture.publication-changed]");
        sites.east().execute("DELETE FROM gemel.published");
        awaitNoReason();
        sites.settle();
    }

    private static void awaitReason(String text) {
        await().atMost(TwoSites.SETTLE_LIMIT)
                .until(() -> sites.supervisors().get(0).report().reasons().stream()
                        .anyMatch(reason -> reason.text().contains(text)));
        assertThat(sites.supervisors().get(0).report().isReady()).isFalse();
    }

    private static void awaitNoReason() {
        await().atMost(TwoSites.SETTLE_LIMIT)
                .until(() -> sites.supervisors().stream()
                        .allMatch(site -> site.report().isReady()));
    }

    private static void stopSites() {
        sites.supervisors().forEach(SiteSupervisor::close);
        sites.supervisors().clear();
    }

    private static void startSites() throws Exception {
        sites.run(sites.east(), time -> time);
        sites.run(sites.west(), time -> time);
    }

    /** The steps of the page, with east's rows. */
    private static void leaveOut(String table, String reason) throws Exception {
        startSites();
        awaitReason(reason);
        assertThat(sites.supervisors().get(0).report().reasons())
                .anySatisfy(each -> assertThat(each.text()).contains(reason, "leave", "docs/configuration.md"));
        stopSites();
        exclude("public." + table);
        startSites();
        sites.east()
                .execute(
                        "DO $$ BEGIN IF to_regclass('moved_away') IS NOT NULL THEN ALTER TABLE moved_away RENAME TO moved; END IF; END $$");
        sites.west().execute("UPDATE " + table + " SET v = 'in no log'", "TRUNCATE " + table);
        for (String row : TwoSites.texts(sites.east(), "SELECT quote_literal(t::text) FROM " + table + " AS t")) {
            sites.west().execute("INSERT INTO " + table + " SELECT (" + row + "::" + table + ").*");
        }
        sites.settle();
        stopSites();
        exclude("");
        sites.prepare();
        startSites();
        sites.east().execute("UPDATE " + table + " SET v = 'east'");
        sites.settle();
        sites.west().execute("UPDATE " + table + " SET v = v || ' and west'");
        sites.settle();
        sites.assertEqual(table);
        assertThat(TwoSites.texts(sites.east(), "SELECT v FROM " + table)).containsExactly("east and west");
        assertThat(TwoSites.texts(sites.east(), "SELECT reason FROM gemel.parked"))
                .isEmpty();
    }

    private static void exclude(String table) {
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            site.with("tables.exclude", table);
        }
    }
}
