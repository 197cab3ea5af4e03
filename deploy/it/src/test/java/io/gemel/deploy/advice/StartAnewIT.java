package io.gemel.deploy.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.CommandRun;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.SiteSupervisor;
import io.gemel.deploy.site.TwoSites;
import io.gemel.deploy.status.SideState;
import io.gemel.reason.Advice;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pair whose log is gone is started anew, as docs/operate.md says. */
class StartAnewIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final CommandRun commands = new CommandRun();
    private final List<SiteSupervisor> supervisors = new ArrayList<>();

    @TempDir
    Path folder;

    private KafkaServer kafka;
    private PostgresServer server;
    private SiteFixture east;
    private SiteFixture west;

    @BeforeEach
    void start() throws Exception {
        kafka = KafkaServer.builder(folder.resolve("kafka")).build().start();
        server = PostgresServer.builder(folder.resolve("server"))
                .version(Version.V15)
                .withoutFsync()
                .withPasswords()
                .build()
                .start();
        east = site("east", "west");
        west = site("west", "east");
        for (SiteFixture site : List.of(east, west)) {
            site.execute("CREATE TABLE item (id int PRIMARY KEY, v text)");
            assertThat(commands.run("prepare", site.file(), "--admin-user", "postgres"))
                    .as(commands.out() + commands.err())
                    .isEqualTo(ExitCode.DONE);
        }
    }

    private SiteFixture site(String name, String peer) throws Exception {
        return SiteFixture.create(server, kafka.bootstrapServers(), folder, name, peer)
                .with("status.listen", "127.0.0.1:0")
                .with("check.acknowledged", "log-durability")
                .with("halt.retry.interval", "500ms");
    }

    @AfterEach
    void stop() {
        stopSites();
        server.close();
        kafka.close();
    }

    @Test
    @Follows({Advice.CAPTURE_TOPIC_MISSING, Advice.CAPTURE_LOG_LOST, Advice.APPLY_TOPIC_MISSING})
    void pair_whose_topic_was_deleted_goes_on_with_the_rows_and_the_ledger_of_one_site() throws Exception {
        startSites();
        east.execute(
                "INSERT INTO item SELECT i, 'both' FROM generate_series(1, 100) AS i",
                "INSERT INTO gemel.submission (key, fingerprint, attempt) VALUES ('k1', 'f', 1)",
                "INSERT INTO gemel.submission (key, fingerprint, attempt) VALUES ('k2', 'f', 1)");
        await().atMost(LIMIT).until(() -> rows(west, "gemel.submission").size() == 2);
        stopSites();
        deleteTopic("gemel.east");
        east.execute("INSERT INTO item VALUES (101, 'east alone')", "DELETE FROM item WHERE id = 1");
        west.execute("INSERT INTO item VALUES (102, 'west alone')");

        SiteSupervisor halted = start(east);
        awaitReason(halted, "does not exist: run gemel prepare");
        SiteSupervisor reader = start(west);
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(reader.report().apply().reason())
                        .contains("does not exist; run 'gemel prepare' with the peer's file"));
        assertThat(commands.run("prepare", east.file(), "--admin-user", "postgres"))
                .isEqualTo(ExitCode.DONE);
        awaitReason(halted, "the log gemel.east is empty, but this site has written to it", "start the pair anew");
        stopSites();

        new StartAnew(east, server, west, server, kafka.bootstrapServers()).follow();
        startSites();

        assertThat(rows(west, "item"))
                .hasSize(100)
                .contains("(101,\"east alone\")")
                .doesNotContain("(102,\"west alone\")", "(1,both)");
        east.execute("UPDATE item SET v = 'from east' WHERE id <= 10", "INSERT INTO item VALUES (200, 'from east')");
        west.execute("UPDATE item SET v = 'from west' WHERE id > 90", "INSERT INTO item VALUES (300, 'from west')");
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(rows(east, "item")).hasSize(102).isEqualTo(rows(west, "item"));
            assertThat(supervisors)
                    .allSatisfy(site -> assertThat(site.report().reasons()).isEmpty());
        });
        for (SiteFixture site : List.of(east, west)) {
            assertThat(TwoSites.texts(site, "SELECT key FROM gemel.submission ORDER BY key"))
                    .containsExactly("k1", "k2");
            assertThat(rows(site, "gemel.journal")).isEmpty();
        }
    }

    @Test
    @Follows(Advice.APPLY_SUBMISSION_EMPTIED)
    void pair_whose_submission_emptied_a_table_twice() throws Exception {
        writeApart(
                "BEGIN; INSERT INTO gemel.submission (key, fingerprint, attempt) VALUES ('k', 'f', 1); TRUNCATE item; COMMIT",
                "BEGIN; INSERT INTO gemel.submission (key, fingerprint, attempt) VALUES ('k', 'f', 2); TRUNCATE item; COMMIT");
        awaitEither("had truncated table", "tart the pair anew", Advice.APPLY_SUBMISSION_EMPTIED.code());
        startAnew();
    }

    @Test
    @Follows(Advice.APPLY_SUBMISSION_NOT_FIRST)
    void pair_whose_application_claims_two_submissions_at_once() throws Exception {
        writeApart(
                "BEGIN; INSERT INTO gemel.submission (key, fingerprint, attempt) VALUES ('k1', 'f', 1), ('k2', 'f', 1); COMMIT",
                "INSERT INTO gemel.submission (key, fingerprint, attempt) VALUES ('k2', 'f', 1)");
        awaitEither("claims submission", "tart the pair anew", Advice.APPLY_SUBMISSION_NOT_FIRST.code());
        startAnew();
    }

    /** Neither site knows of the other's transaction when it commits its own. */
    private void writeApart(String atEast, String atWest) throws Exception {
        startSites();
        await().atMost(LIMIT).until(() -> {
            supervisors.forEach(SiteSupervisor::pause);
            return supervisors.stream().allMatch(site -> site.report().apply().state() == SideState.PAUSED);
        });
        east.execute(atEast);
        west.execute(atWest);
        supervisors.forEach(SiteSupervisor::resume);
    }

    private void awaitEither(String... words) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(supervisors)
                        .anySatisfy(site ->
                                assertThat(site.report().apply().reason()).contains(words)));
    }

    private void startAnew() throws Exception {
        stopSites();
        new StartAnew(east, server, west, server, kafka.bootstrapServers()).follow();
        startSites();
        east.execute("INSERT INTO item VALUES (200, 'from east')");
        west.execute("INSERT INTO item VALUES (300, 'from west')");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(rows(east, "item")).hasSize(2).isEqualTo(rows(west, "item")));
        assertThat(rows(west, "gemel.submission"))
                .hasSameSizeAs(rows(east, "gemel.submission"))
                .isNotEmpty();
    }

    private void deleteTopic(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.deleteTopics(List.of(topic)).all().get();
        }
    }

    private void startSites() throws Exception {
        start(east);
        start(west);
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(supervisors)
                        .allSatisfy(site -> assertThat(site.report().isReady())
                                .as(site.report().toString())
                                .isTrue()));
    }

    private SiteSupervisor start(SiteFixture site) throws Exception {
        SiteSupervisor supervisor =
                new SiteSupervisor(site.config(), LongUnaryOperator.identity(), InstantSource.system());
        supervisors.add(supervisor);
        supervisor.start();
        return supervisor;
    }

    private void stopSites() {
        supervisors.forEach(SiteSupervisor::close);
        supervisors.clear();
    }

    private static void awaitReason(SiteSupervisor site, String... words) {
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(site.report().state()).isEqualTo(SideState.HALTED);
            assertThat(site.report().reason()).contains(words);
        });
    }

    private static List<String> rows(SiteFixture site, String table) throws Exception {
        return TwoSites.rows(site, table);
    }
}
