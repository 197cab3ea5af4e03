package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.status.SideState;
import io.gemel.deploy.status.StatusReport;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What applying a change does beside writing the row: triggers, foreign keys, refusals and locks. */
class ApplySemanticsIT {
    private static final String[] SCHEMA = {
        "CREATE TABLE item (id int PRIMARY KEY, v text)",
        "CREATE TABLE other (id int PRIMARY KEY, v text)",
        "CREATE TABLE third (id int PRIMARY KEY, v text)",
        "CREATE TABLE audit (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), what text, site text)",
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                + " INSERT INTO public.audit (what, site) VALUES (TG_TABLE_NAME || ' ' || TG_OP, current_database());"
                + " RETURN NULL; END $$",
        "CREATE FUNCTION sign() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                + " NEW.v := NEW.v || '*'; RETURN NEW; END $$",
        "CREATE TRIGGER noted AFTER INSERT OR UPDATE OR DELETE ON item FOR EACH ROW EXECUTE FUNCTION note()",
        "CREATE TRIGGER signed BEFORE INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION sign()",
        "CREATE TABLE parent (id int PRIMARY KEY)",
        "CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE)",
        "CREATE TABLE orphan (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE SET NULL)",
        "CREATE TRIGGER noted AFTER DELETE ON child FOR EACH ROW EXECUTE FUNCTION note()",
        "CREATE TABLE echoed (id int PRIMARY KEY, v text)",
        "CREATE SCHEMA quiet",
        "CREATE TABLE quiet.fired (what text, v text)",
        "CREATE FUNCTION quiet.note() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$ BEGIN"
                + " INSERT INTO quiet.fired VALUES (TG_OP, NEW.v); RETURN NULL; END $$",
        "CREATE TRIGGER echoed AFTER INSERT OR UPDATE OR DELETE ON echoed FOR EACH ROW EXECUTE FUNCTION quiet.note()",
        "ALTER TABLE echoed ENABLE REPLICA TRIGGER echoed",
        "CREATE TABLE early (id int PRIMARY KEY, parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED,"
                + " place int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TABLE many (id int PRIMARY KEY, n int)",
        "INSERT INTO many SELECT i, 0 FROM generate_series(1, 40000) i"
    };

    @TempDir
    static Path folder;

    private static TwoSites sites;

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of("apply.lock.timeout", "1s"));
        sites.schema(TwoSites.PROBE).schema(SCHEMA).prepare();
        sites.west().execute("ALTER DATABASE west SET deadlock_timeout = '100ms'");
        sites.run();
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    /** Each row of the table that is emptied, with each key that stays: in a loop that takes longer than any answer may. */
    @Test
    void a_truncate_passes_beside_changes_of_very_many_rows() throws Exception {
        sites.pause();
        sites.east().execute("TRUNCATE many");
        sites.west().execute("UPDATE many SET n = n + 1");
        sites.resume();
        sites.settle();
        sites.assertEqual("many");
    }

    @Test
    void fires_a_trigger_only_where_the_row_was_first_written() throws Exception {
        sites.east().execute("INSERT INTO item VALUES (1, 'a'), (2, 'b')");
        sites.settle();
        sites.west().execute("UPDATE item SET v = 'c' WHERE id = 1", "DELETE FROM item WHERE id = 2");
        sites.settle();

        sites.assertEqual("item", "audit");
        assertThat(TwoSites.rows(sites.east(), "item")).contains("(1,c*)");
        assertThat(TwoSites.texts(
                        sites.west(), "SELECT what, site FROM audit WHERE what LIKE 'item%' ORDER BY what, site"))
                .containsExactly("item DELETE|west", "item INSERT|east", "item INSERT|east", "item UPDATE|west");
    }

    @Test
    void fires_a_replica_trigger_once_for_a_row_that_comes_back() throws Exception {
        sites.east().execute("INSERT INTO echoed VALUES (1, 'a')");
        sites.settle();
        sites.pause();
        sites.west().execute("DELETE FROM echoed");
        transaction(sites.east(), "UPDATE echoed SET v = 'b'", "UPDATE echoed SET v = 'c'");
        sites.resume();
        sites.settle();

        sites.assertEqual("echoed");
        assertThat(TwoSites.texts(sites.west(), "SELECT what, v FROM quiet.fired"))
                .containsExactly("INSERT|a", "INSERT|c");
    }

    @Test
    void carries_a_cascade_as_the_changes_that_it_made() throws Exception {
        sites.east()
                .execute(
                        "INSERT INTO parent VALUES (1), (2)",
                        "INSERT INTO child VALUES (1, 1), (2, 1), (3, 2)",
                        "INSERT INTO orphan VALUES (1, 1)");
        sites.settle();
        sites.west().execute("DELETE FROM parent WHERE id = 1");
        sites.east().execute("UPDATE parent SET id = 20 WHERE id = 2");
        sites.settle();

        sites.assertEqual("parent", "child", "orphan", "audit");
        assertThat(TwoSites.rows(sites.east(), "child")).containsExactly("(3,20)");
        assertThat(TwoSites.rows(sites.east(), "orphan")).containsExactly("(1,)");
        assertThat(TwoSites.texts(sites.east(), "SELECT count(*) FROM audit WHERE what = 'child DELETE'"))
                .containsExactly("2");
    }

    @Test
    void accepts_what_a_deferred_constraint_allowed_at_the_origin() throws Exception {
        transaction(
                sites.east(),
                "INSERT INTO early VALUES (1, 900, 1), (2, 900, 2)",
                "INSERT INTO parent VALUES (900)",
                "UPDATE early SET place = 3 - place");
        sites.settle();
        transaction(sites.west(), "UPDATE early SET place = 2 WHERE id = 2", "UPDATE early SET place = 1 WHERE id = 1");
        sites.settle();

        sites.assertEqual("early", "parent");
        assertThat(TwoSites.rows(sites.east(), "early")).containsExactly("(1,900,1)", "(2,900,2)");
    }

    @Test
    void parks_a_row_that_a_local_check_refuses_and_loses_nothing_once_it_is_mended() throws Exception {
        sites.west().execute("ALTER TABLE other ADD CONSTRAINT only_short CHECK (length(v) < 5) NOT VALID");
        sites.east()
                .execute(
                        "INSERT INTO other VALUES (50, 'ok')",
                        "INSERT INTO other VALUES (51, 'too long')",
                        "INSERT INTO other VALUES (52, 'ok')");

        sites.settle();
        assertThat(applyOfWest().parkedTransactions()).isEqualTo(1);
        assertThat(TwoSites.texts(sites.west(), "SELECT id FROM other WHERE id BETWEEN 50 AND 52 ORDER BY id"))
                .containsExactly("50", "52");
        assertThat(TwoSites.texts(sites.west(), "SELECT reason FROM gemel.parked")
                        .get(0))
                .contains("only_short")
                .contains("make the constraints of the two sites equal");
        sites.west()
                .execute("ALTER TABLE other DROP CONSTRAINT only_short", "UPDATE gemel.parked SET decision = 'retry'");
        await().atMost(TwoSites.SETTLE_LIMIT).until(() -> applyOfWest().parkedTransactions() == 0);
        sites.settle();

        sites.assertEqual("other");
        assertThat(TwoSites.texts(sites.west(), "SELECT v FROM other WHERE id BETWEEN 50 AND 52 ORDER BY id"))
                .containsExactly("ok", "too long", "ok");
        await().atMost(TwoSites.SETTLE_LIMIT)
                .untilAsserted(() -> assertThat(applyOfWest().state()).isEqualTo(SideState.RUNNING));
    }

    @Test
    void tries_again_while_a_user_holds_the_row_and_then_applies_once() throws Exception {
        sites.east().execute("INSERT INTO other VALUES (60, 'a')");
        sites.settle();
        long before = applyOfWest().retriedTransactions();
        try (Connection user = sites.west().connectAsAdministrator();
                Statement statement = user.createStatement()) {
            user.setAutoCommit(false);
            statement.execute("SELECT * FROM other WHERE id = 60 FOR UPDATE");
            sites.east().execute("UPDATE other SET v = 'b' WHERE id = 60", "INSERT INTO other VALUES (61, 'after')");
            await().atMost(TwoSites.SETTLE_LIMIT).until(() -> applyOfWest().retriedTransactions() >= before + 3);
            user.rollback();
        }
        sites.settle();

        sites.assertEqual("other");
        assertThat(TwoSites.texts(sites.west(), "SELECT v FROM other WHERE id IN (60, 61) ORDER BY id"))
                .containsExactly("b", "after");
    }

    @Test
    void survives_a_deadlock_with_a_local_transaction() throws Exception {
        sites.east().execute("INSERT INTO third VALUES (70, 'a')", "INSERT INTO other VALUES (70, 'a')");
        sites.settle();
        try (Connection user = sites.west().connectAsAdministrator();
                Statement statement = user.createStatement()) {
            user.setAutoCommit(false);
            statement.execute("UPDATE third SET v = 'local' WHERE id = 70");
            transaction(
                    sites.east(),
                    "UPDATE other SET v = 'incoming' WHERE id = 70",
                    "UPDATE third SET v = 'incoming' WHERE id = 70");
            await().atMost(TwoSites.SETTLE_LIMIT).until(ApplySemanticsIT::applierWaitsForALock);
            try {
                statement.execute("UPDATE other SET v = 'local' WHERE id = 70");
                user.commit();
            } catch (SQLException victim) {
                assertThat(victim.getSQLState()).isEqualTo("40P01");
                user.rollback();
            }
        }
        sites.settle();

        sites.assertEqual("third", "other");
    }

    private static boolean applierWaitsForALock() throws SQLException {
        return TwoSites.texts(
                        sites.west(),
                        "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'gemel-apply-west'"
                                + " AND wait_event_type = 'Lock'")
                .equals(List.of("t"));
    }

    private static StatusReport.Apply applyOfWest() {
        return sites.supervisors().get(1).report().apply();
    }

    private static void transaction(SiteFixture site, String... statements) throws SQLException {
        try (Connection connection = site.connectAsAdministrator();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        }
    }
}
