package io.gemel.deploy.check;

import static io.gemel.deploy.check.CheckServers.CLOCK;
import static io.gemel.deploy.check.CheckServers.check;
import static io.gemel.deploy.check.CheckServers.lines;
import static io.gemel.deploy.check.CheckServers.prepare;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.log.LogTopic;
import io.gemel.deploy.site.Prepare;
import io.gemel.deploy.site.SiteState;
import io.gemel.deploy.site.SiteSupervisor;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ServerCheckIT {
    @TempDir
    static Path folder;

    private static CheckServers servers;

    @BeforeAll
    static void start() {
        servers = CheckServers.start(folder);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void tells_wrong_password_missing_database_and_missing_server_apart(Version version) throws Exception {
        SiteFixture site = servers.site(version).with("database.password", "wrong");
        Check.Result wrongPassword = check(site);
        assertThat(wrongPassword.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(lines(wrongPassword)).anyMatch(line -> line.contains("does not accept the password of role"));

        Check.Result noPassword = check(site.with("database.password", ""));
        assertThat(noPassword.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(lines(noPassword))
                .anyMatch(line -> line.contains("does not let role") && line.contains("correct database.user"));

        PostgresServer server = servers.server(version);
        site.with("database.password", SiteFixture.PASSWORD).with("database.url", server.jdbcUrl("nowhere"));
        Check.Result noDatabase = check(site);
        assertThat(noDatabase.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(lines(noDatabase)).anyMatch(line -> line.contains("has no such database"));

        site.with("database.url", "jdbc:postgresql://127.0.0.1:1/nowhere");
        Check.Result noServer = check(site);
        assertThat(noServer.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(lines(noServer))
                .anyMatch(line -> line.contains("cannot reach the database server at 127.0.0.1:1/nowhere"));
    }

    @Test
    void reports_kafka_that_cannot_be_reached() throws Exception {
        Check.Result result = check(servers.site(Version.V18).with("kafka.bootstrap.servers", "127.0.0.1:1"));

        assertThat(result.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(lines(result)).anyMatch(line -> line.contains("cannot reach Kafka at 127.0.0.1:1"));
    }

    @Test
    void reports_a_log_topic_that_loses_order_or_records() throws Exception {
        SiteFixture site = servers.site(Version.V18).with("transaction.part.bytes.max", "2MiB");
        SiteConfig config = site.config();
        try (LogTopic topic = new LogTopic(config.kafka(), config.logTopic())) {
            topic.create((short) 1, Map.of("cleanup.policy", "compact", "retention.ms", "1000"));
        }

        assertThat(lines(check(site)))
                .anyMatch(line -> line.contains("has cleanup.policy=compact"))
                .anyMatch(line -> line.startsWith("warning") && line.contains("is kept for 1000 ms"))
                .anyMatch(line -> line.contains("takes records of 1048588 bytes at most"));
    }

    @Test
    void reports_a_server_that_is_not_set_up() throws Exception {
        try (PostgresServer server = PostgresServer.builder(folder.resolve("plain"))
                .setting("wal_level", "replica")
                .setting("max_wal_senders", "0")
                .setting("max_replication_slots", "0")
                .withoutFsync()
                .build()
                .start()) {
            SiteFixture site = SiteFixture.create(server, servers.kafka().bootstrapServers(), folder, "plain", "other");
            server.execute("postgres", "DROP DATABASE plain");
            server.execute("postgres", "CREATE DATABASE plain ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
            InstantSource ahead = () -> CLOCK.instant().plus(Duration.ofMinutes(1));

            String encoding =
                    "database encoding is SQL_ASCII: dump the database and restore it into one of encoding UTF8";
            try (SiteSupervisor supervisor = new SiteSupervisor(site.config(), LongUnaryOperator.identity(), CLOCK)) {
                supervisor.start();
                await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> {
                    assertThat(supervisor.state()).isEqualTo(SiteState.HALTED);
                    assertThat(supervisor.reason()).contains(encoding).contains("wal_level is replica");
                });
                assertThat(supervisor.report().reasons())
                        .anyMatch(reason -> reason.code().equals("site.refused") && reason.stops());
            }
            StringWriter printed = new StringWriter();
            assertThat(Prepare.run(site.config(), Optional.empty(), new PrintWriter(printed)))
                    .isEqualTo(ExitCode.FINDING);
            assertThat(printed.toString()).contains(encoding).doesNotContain("CREATE");

            assertThat(lines(Check.run(List.of(site.config()), ahead)))
                    .anyMatch(line -> line.contains(encoding))
                    .anyMatch(line -> line.contains("wal_level is replica"))
                    .anyMatch(line -> line.contains("max_replication_slots leaves no slot free"))
                    .anyMatch(line -> line.contains("max_wal_senders leaves none free"))
                    .anyMatch(line -> line.contains("database encoding is SQL_ASCII"))
                    .anyMatch(
                            line -> line.startsWith("warning") && line.contains("max_slot_wal_keep_size is unlimited"))
                    .noneMatch(line -> line.contains("track_commit_timestamp"))
                    .anyMatch(line -> line.startsWith("warning") && line.contains("differs from this machine's by"))
                    .anyMatch(line -> line.contains("tables=public.* matches no table"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void reports_a_slot_that_the_server_invalidated(Version version) throws Exception {
        try (PostgresServer server = PostgresServer.builder(folder.resolve("narrow" + version))
                .version(version)
                .setting("max_slot_wal_keep_size", "1MB")
                .setting("max_wal_size", "32MB")
                .withoutFsync()
                .build()
                .start()) {
            SiteFixture site = SiteFixture.create(server, servers.kafka().bootstrapServers(), folder, "narrow", "other")
                    .execute("CREATE TABLE account (id int PRIMARY KEY)");
            prepare(site);
            for (int segment = 0; segment < 4; segment++) {
                site.execute("SELECT pg_logical_emit_message(true, 'fill', 'x')", "SELECT pg_switch_wal()");
            }
            site.execute("CHECKPOINT");

            assertThat(lines(check(site)))
                    .anyMatch(line -> line.contains("was invalidated by the server (wal_removed)"));
        }
    }
}
