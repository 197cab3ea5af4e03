package io.gemel.deploy.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.SiteFixture;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.site.SiteSupervisor;
import io.gemel.deploy.site.TwoSites;
import io.gemel.reason.Advice;
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
                        "CREATE TABLE moved (id int PRIMARY KEY, v text)",
                        "CREATE TABLE named (id int PRIMARY KEY, v text)",
                        "CREATE TABLE rekeyed (id int PRIMARY KEY, v text)")
                .prepare()
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
        await().atMost(TwoSites.SETTLE_LIMIT)
                .untilAsserted(() -> assertThat(
                                sites.supervisors().get(0).report().capture().reason())
                        .contains(reason, "leave", "docs/configuration.md"));
        stopSites();
        exclude("public." + table);
        startSites();
        sites.east()
                .execute(
                        "DO $$ BEGIN IF to_regclass('moved_away') IS NOT NULL THEN ALTER TABLE moved_away RENAME TO moved; END IF; END $$");
        sites.west().execute("TRUNCATE " + table);
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
    }

    private static void exclude(String table) {
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            site.with("tables.exclude", table);
        }
    }
}
