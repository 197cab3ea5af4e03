package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.CommandRun;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer.StopMode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** VMs may work at a site that has returned when it has caught up with its peer, and not before. */
class GateIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    private KafkaServer westKafka;
    private TwoSites sites;

    /** Each site's log is in a Kafka of its own, as it would be at two data centers. */
    @BeforeEach
    void start() throws Exception {
        westKafka = KafkaServer.builder(folder.resolve("west-kafka")).build().start();
        sites = TwoSites.start(folder, Version.V18, Map.of());
        sites.east().with("peer.kafka.bootstrap.servers", westKafka.bootstrapServers());
        sites.west()
                .with("peer.kafka.bootstrap.servers", sites.kafka().bootstrapServers())
                .with("kafka.bootstrap.servers", westKafka.bootstrapServers());
        sites.schema(TwoSites.PROBE)
                .schema("CREATE TABLE item (id int PRIMARY KEY, n int)", "INSERT INTO item VALUES (1, 0)")
                .prepare();
    }

    @AfterEach
    void stop() {
        sites.close();
        westKafka.close();
    }

    @Test
    void a_restarted_database_is_open_only_when_the_peers_log_is_applied() throws Exception {
        assertThat(isOpen(sites.east())).isFalse();
        sites.run();
        awaitOpen(sites.east());
        awaitOpen(sites.west());
        sites.settle();
        await().atMost(LIMIT)
                .until(() -> sites.supervisors().get(0).desk().site().open());

        sites.eastServer().stop(StopMode.FAST);
        await().atMost(LIMIT)
                .until(() -> sites.supervisors().get(0).desk().site().database().equals("down"));
        sites.supervisors().remove(0).close();
        sites.west().execute("UPDATE item SET n = 7 WHERE id = 1");
        sites.eastServer().start();
        assertThat(isOpen(sites.east())).isFalse();

        SiteSupervisor east;
        try (Connection holder = sites.east().connectAsAdministrator();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("SELECT FROM item WHERE id = 1 FOR UPDATE");
            east = sites.run(sites.east(), LongUnaryOperator.identity());
            await().atMost(LIMIT)
                    .until(() -> east.desk().site().reason().contains("the peer's log is not applied to offset"));
            assertThat(east.report().gate().open()).isFalse();
            assertThat(isOpen(sites.east())).isFalse();
            holder.rollback();
        }
        awaitOpen(sites.east());
        assertThat(TwoSites.texts(sites.east(), "SELECT n FROM item WHERE id = 1"))
                .containsExactly("7");
        await().atMost(LIMIT)
                .until(() -> east.report().gate().open()
                        && east.desk().site().open()
                        && east.desk().site().reason().isEmpty());
        assertThat(isOpen(sites.west())).as("the peer, which was not restarted").isTrue();
    }

    @Test
    void a_gate_stays_open_while_only_the_site_process_is_away() throws Exception {
        sites.run();
        awaitOpen(sites.east());
        String opened = openedFor();

        sites.supervisors().forEach(SiteSupervisor::close);
        sites.supervisors().clear();
        sites.west().execute("UPDATE item SET n = 8 WHERE id = 1");
        assertThat(isOpen(sites.east())).isTrue();
        sites.run();
        sites.settle();
        assertThat(isOpen(sites.east())).isTrue();
        assertThat(openedFor()).isEqualTo(opened);
    }

    @Test
    void without_the_peers_kafka_it_stays_closed_until_an_operator_opens_it() throws Exception {
        sites.run();
        awaitOpen(sites.east());
        westKafka.stop();
        sites.eastServer().stop(StopMode.IMMEDIATE);
        sites.eastServer().start();
        SiteSupervisor east = sites.supervisors().get(0);
        await().atMost(LIMIT)
                .until(() -> east.report()
                        .gate()
                        .reason()
                        .contains("the peer's Kafka does not say where the peer's log ends"));

        CommandRun closed = new CommandRun();
        assertThat(closed.run("gate", sites.east().file(), "show")).isEqualTo(ExitCode.FINDING);
        assertThat(closed.out()).contains("the gate of east is closed since its database was started");
        assertThat(isOpen(sites.east())).isFalse();

        CommandRun opened = new CommandRun();
        assertThat(opened.run("gate", sites.east().file(), "open"))
                .as(opened::err)
                .isEqualTo(ExitCode.DONE);
        assertThat(isOpen(sites.east())).isTrue();
        await().atMost(LIMIT).until(() -> east.report().gate().open());
        assertThat(opened.run("gate", sites.east().file(), "show")).isEqualTo(ExitCode.DONE);
        westKafka.start();
    }

    @Test
    void it_opens_by_itself_when_the_peers_kafka_returns() throws Exception {
        westKafka.stop();
        SiteSupervisor east = sites.run(sites.east(), LongUnaryOperator.identity());
        await().atMost(LIMIT)
                .until(() -> east.report().gate().reason().contains("does not say where the peer's log ends"));
        westKafka.start();
        awaitOpen(sites.east());
    }

    private static void awaitOpen(SiteFixture site) {
        await().atMost(LIMIT).until(() -> isOpen(site));
    }

    /** As VMs look at it. */
    private static boolean isOpen(SiteFixture site) throws SQLException {
        return TwoSites.texts(site, "SELECT FROM gemel.gate WHERE opened_for = pg_postmaster_start_time()")
                        .size()
                == 1;
    }

    private String openedFor() throws SQLException {
        List<String> opened = TwoSites.texts(sites.east(), "SELECT opened_for, xmin FROM gemel.gate");
        return opened.get(0);
    }
}
