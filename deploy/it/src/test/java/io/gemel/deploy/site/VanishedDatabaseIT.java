package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.status.SideState;
import io.gemel.deploy.status.StatusReport;
import io.gemel.reason.ReasonCode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The machine of a site's database vanishes without a word: every connection stays, and nothing comes, not even to a new one. A site
 * knows that long before a driver gives up, and never thinks so of a server that only takes long.
 */
class VanishedDatabaseIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Seconds that an application's driver waits for an answer; whoever knows before it did not wait for one like it. */
    private static final int DRIVER_SECONDS = 10;

    @TempDir
    static Path folder;

    private static TwoSites sites;
    private static int next = 1_000;

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of());
        sites.schema(TwoSites.PROBE)
                .schema(
                        "CREATE TABLE item (id int PRIMARY KEY, v text)",
                        "INSERT INTO item SELECT i, 'x' FROM generate_series(1, 10) AS i")
                .prepare()
                .run();
        sites.settle();
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    @AfterEach
    void everything_arrives_and_nobody_complains() throws Exception {
        sites.settle();
        sites.assertEqual("item");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(sites.supervisors())
                        .allSatisfy(each -> assertThat(each.report().reasons()).isEmpty()));
    }

    @Test
    @Follows(reasons = ReasonCode.SITE_DATABASE_UNREACHABLE)
    void a_database_that_loses_its_power_is_missed_before_a_driver_gives_up() throws Exception {
        CompletableFuture<Void> driver = vanish();

        awaitMissed(driver);
        insert();
        sites.westServer().kill();
        sites.westServer().start();
        awaitRunning();
    }

    @Test
    void a_database_that_the_network_brings_back_is_used_again() throws Exception {
        CompletableFuture<Void> driver = vanish();

        awaitMissed(driver);
        insert();
        sites.westServer().thaw();
        awaitRunning();
    }

    @Test
    void a_database_that_is_away_when_the_site_starts_is_used_when_it_comes() throws Exception {
        west().close();
        sites.supervisors().remove(1);
        sites.westServer().freeze();
        sites.run(sites.west(), micros -> micros);
        await().atMost(LIMIT).until(() -> present().contains(ReasonCode.SITE_DATABASE_UNREACHABLE.code()));
        sites.westServer().thaw();
        awaitRunning();
    }

    @Test
    void a_statement_that_takes_long_is_no_dead_server() throws Exception {
        sites.west()
                .execute(
                        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS"
                                + " 'BEGIN PERFORM pg_sleep(12); RETURN NEW; END'",
                        "CREATE TRIGGER slow BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION slowly()",
                        "ALTER TABLE item ENABLE ALWAYS TRIGGER slow");
        List<String> before = sessions();
        int id = insert();
        sites.awaitRow(sites.west(), "SELECT FROM item WHERE id = " + id);
        assertThat(sessions()).isEqualTo(before);
        sites.west().execute("DROP TRIGGER slow ON item", "DROP FUNCTION slowly");
    }

    @Test
    void a_lock_that_is_waited_for_is_no_dead_server() throws Exception {
        List<String> before = sessions();
        try (Connection teller = sites.west().connectAsAdministrator();
                Statement statement = teller.createStatement()) {
            teller.setAutoCommit(false);
            statement.execute("UPDATE item SET v = 'mine' WHERE id = 7");
            sites.east().execute("UPDATE item SET v = 'theirs' WHERE id = 7");
            await().atMost(LIMIT).until(() -> present().contains(ReasonCode.APPLY_LOCK_WAIT.code()));
            teller.rollback();
        }
        sites.settle();
        assertThat(sessions()).isEqualTo(before);
    }

    /** West's database vanishes under a driver that waits for an answer; ends when that one gives up. */
    private static CompletableFuture<Void> vanish() throws SQLException {
        Connection connection = DriverManager.getConnection(
                sites.westServer().jdbcUrl("west") + "?user=postgres&socketTimeout=" + DRIVER_SECONDS);
        sites.westServer().freeze();
        return CompletableFuture.runAsync(() -> {
            try (connection;
                    Statement statement = connection.createStatement()) {
                statement.execute("SELECT 1");
            } catch (SQLException e) {
                return; // what it is there for
            }
        });
    }

    /** The site, its state, its readiness and its answer to routers say so, and it has let go of all that it had there. */
    private static void awaitMissed(CompletableFuture<Void> driver) {
        long vanished = System.nanoTime();
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
            StatusReport report = west().report();
            assertThat(report.leader()).isFalse();
            assertThat(report.capture().state()).isEqualTo(SideState.STARTING);
            assertThat(report.isReady()).isFalse();
            assertThat(west().desk().site().database()).isEqualTo("down");
            assertThat(report.reasons())
                    .filteredOn(reason -> reason.code().equals(ReasonCode.SITE_DATABASE_UNREACHABLE.code()))
                    .singleElement()
                    .satisfies(reason -> assertThat(reason.text())
                            .contains("jdbc:postgresql:", "does not answer", "resumes automatically"));
        });
        assertThat(driver).isNotDone();
        System.out.println("VanishedDatabaseIT: the site had given its database up after "
                + (System.nanoTime() - vanished) / 1_000_000 + " ms");
    }

    private static void awaitRunning() {
        await().atMost(LIMIT).until(() -> west().state() == SiteState.RUNNING);
    }

    private static List<String> sessions() throws SQLException {
        return TwoSites.texts(
                sites.west(),
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'gemel-apply-west'"
                        + " UNION ALL SELECT active_pid FROM pg_replication_slots");
    }

    private static int insert() throws SQLException {
        sites.east().execute("INSERT INTO item VALUES (" + next + ", 'new')");
        return next++;
    }

    private static SiteSupervisor west() {
        return sites.supervisors().get(1);
    }

    private static List<String> present() {
        return west().report().reasons().stream().map(StatusReport.Reason::code).toList();
    }
}
