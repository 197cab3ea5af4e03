package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.embedded.PostgresServer.StopMode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.status.StatusReport;
import io.gemel.reason.Advice;
import io.gemel.reason.ReasonCode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongUnaryOperator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Something is wrong for a while: the status says what and how to fix it; once fixed, all goes on and nothing is missing. */
class MendedIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int WRITTEN = 20;

    @TempDir
    static Path folder;

    private static TwoSites sites;
    private static int written;

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of());
        sites.schema(TwoSites.PROBE)
                .schema("CREATE TABLE item (id int, site text, v text, PRIMARY KEY (id, site))")
                .prepare()
                .soon()
                .run();
        sites.settle();
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    /** Whatever was wrong is fixed by now: the sites must become equal, and nobody may complain any more. */
    @AfterEach
    void nothing_is_missing() throws Exception {
        sites.settle();
        sites.assertEqual("item");
        assertThat(TwoSites.texts(sites.east(), "SELECT count(*) FROM item")).containsExactly(String.valueOf(written));
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(sites.supervisors()).allSatisfy(each -> {
                    assertThat(each.state()).isEqualTo(SiteState.RUNNING);
                    assertThat(each.report().apply().reason()).isEmpty();
                }));
    }

    @Test
    @Follows(reasons = ReasonCode.SITE_DATABASE_UNREACHABLE)
    void database_is_away() throws Exception {
        write(sites.east());
        sites.westServer().stop(StopMode.FAST);
        awaitReason(west(), "refused");
        write(sites.east());
        sites.westServer().start();
        write(sites.west());
    }

    @Test
    void broker_is_away() throws Exception {
        sites.kafka().close();
        write(sites.east());
        write(sites.west());
        sites.kafka().start();
    }

    @Test
    @Follows(reasons = ReasonCode.CAPTURE_RESTARTING)
    void session_that_sends_the_log_is_ended() throws Exception {
        write(sites.west());
        sites.west().execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active");
        awaitCode(ReasonCode.CAPTURE_RESTARTING);
        write(sites.west());
    }

    @Test
    @Follows(reasons = ReasonCode.APPLY_RESTARTING)
    void session_of_the_applier_is_ended() throws Exception {
        write(sites.east());
        sites.west()
                .execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'gemel-apply%'");
        // The reason goes when the next life has run for a while, so nobody may look too late.
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            try {
                write(sites.east());
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        awaitCode(ReasonCode.APPLY_RESTARTING);
        writing.get();
    }

    @Test
    @Follows(reasons = ReasonCode.APPLY_LOCK_WAIT)
    void row_and_key_are_locked() throws Exception {
        write(sites.east());
        sites.settle();
        int key = written - 1;
        try (Connection application = sites.west().connectAsAdministrator();
                Statement statement = application.createStatement()) {
            application.setAutoCommit(false);
            statement.execute("UPDATE item SET v = 'mine' WHERE id = " + key);
            sites.east().execute("UPDATE item SET v = 'theirs' WHERE id = " + key);
            awaitText("row public.item[" + key + ", east]", "UPDATE item SET v = 'mine'", "pg_terminate_backend");
            application.rollback();
            sites.settle();
            statement.execute("INSERT INTO item VALUES (" + written + ", 'east', 'mine')");
            sites.east().execute("INSERT INTO item VALUES (" + written++ + ", 'east', 'theirs')");
            awaitText("a key that another transaction has just written", "INSERT INTO item VALUES (" + (written - 1));
            application.rollback();
        }
    }

    private static void awaitText(String... words) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(west().report().reasons()).anySatisfy(reason -> {
                    assertThat(reason.code()).isEqualTo(ReasonCode.APPLY_LOCK_WAIT.code());
                    assertThat(reason.text()).contains(words);
                }));
    }

    private static void awaitCode(ReasonCode code) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> west().report().reasons().stream()
                        .anyMatch(reason -> reason.code().equals(code.code())));
    }

    @Test
    @Follows(Advice.APPLY_LOGIN)
    void password_is_wrong() throws Exception {
        SiteFixture west = sites.west();
        west.execute("ALTER ROLE " + west.role() + " PASSWORD 'other'");
        cutOff(west);
        awaitReason(
                west(), "password authentication failed for user \"" + west.role() + "\"", Advice.APPLY_LOGIN.code());
        write(sites.east());
        write(west);
        west.execute("ALTER ROLE " + west.role() + " PASSWORD '" + SiteFixture.PASSWORD + "'");
    }

    @Test
    @Follows(Advice.CAPTURE_DATABASE_REFUSES)
    void role_may_not_replicate() throws Exception {
        SiteFixture west = sites.west();
        west.execute(
                "ALTER ROLE " + west.role() + " NOREPLICATION",
                "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active");
        awaitReason(west(), "REPLICATION", Advice.CAPTURE_DATABASE_REFUSES.code());
        write(west);
        sites.prepare();
    }

    @Test
    @Follows(value = Advice.APPLY_PRIVILEGE, reasons = ReasonCode.APPLY_HALTED)
    void privilege_is_missing() throws Exception {
        SiteFixture west = sites.west();
        west.execute("REVOKE INSERT ON item FROM " + west.role());
        write(sites.east());
        awaitReason(west(), "permission denied for table item", "gemel prepare");
        write(west);
        sites.prepare();
    }

    /** The schema as an earlier release had prepared it; the log, the slot and everything else go on where they were. */
    @Test
    @Follows(reasons = ReasonCode.SITE_UNPREPARED)
    void schema_is_of_an_earlier_release() throws Exception {
        SiteFixture west = sites.west();
        sites.supervisors().remove(1).close();
        west.execute("DROP TABLE gemel.seal, gemel.repair, gemel.gone_column");
        write(sites.east());
        write(west);
        sites.run(west, LongUnaryOperator.identity());
        awaitReason(west(), "gemel.gone_column, gemel.repair, gemel.seal", "gemel prepare " + west.file());
        assertThat(west().report().reasons())
                .extracting(StatusReport.Reason::code)
                .contains(ReasonCode.SITE_UNPREPARED.code());
        write(sites.east());
        sites.prepare();
    }

    @Test
    @Follows(Advice.APPLY_COLUMN_MISSING)
    void column_is_missing_at_the_peer() throws Exception {
        sites.east().execute("ALTER TABLE item ADD COLUMN extra text");
        sites.east().execute("INSERT INTO item VALUES (" + written++ + ", 'east', 'wide', 'extra')");
        awaitReason(west(), "column extra of table public.item does not exist at this site; add it here");
        write(sites.west());
        sites.west().execute("ALTER TABLE item ADD COLUMN extra text");
    }

    /** Neither a reader that runs nor one that starts is stopped by it, and nobody has to remove anything. */
    @Test
    void topic_holds_records_of_someone_else() throws Exception {
        write(sites.east());
        sites.settle();
        long before = west().report().apply().outdatedRecords();
        strange(sites.east().config().logTopic(), new byte[] {1, 2, 3});
        strange(sites.east().config().logTopic(), new byte[0]);
        write(sites.east());
        sites.settle();
        assertThat(west().report().apply().outdatedRecords()).isGreaterThanOrEqualTo(before + 2);
        sites.restart();
        write(sites.east());
    }

    private static void strange(String topic, byte[] value) throws Exception {
        try (KafkaProducer<byte[], byte[]> stranger = new KafkaProducer<>(
                Map.of("bootstrap.servers", sites.kafka().bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            stranger.send(new ProducerRecord<>(topic, 0, null, value)).get();
        }
    }

    /**
     * It is no transaction of the applier's, so what is written with it arrives, and nothing has to be undone. No marker of the applier's own
     * has a negative position.
     */
    @Test
    void someone_else_writes_to_gemels_tables() throws Exception {
        sites.east()
                .execute(
                        "BEGIN; INSERT INTO item VALUES (" + written++ + ", 'east', 'x');"
                                + " INSERT INTO gemel.applied (origin, position, epoch, version_micros, peer_seen, peer_commit)"
                                + " VALUES ('west', -1, 1, 1, 1, 1); COMMIT",
                        "BEGIN; INSERT INTO gemel.applied (origin, position, peer_seen) VALUES ('west', -2, 2);"
                                + " INSERT INTO item VALUES (" + written++ + ", 'east', 'x'); COMMIT",
                        "BEGIN; INSERT INTO gemel.emit (body) VALUES ('nonsense');" + " INSERT INTO item VALUES ("
                                + written++ + ", 'east', 'x'); COMMIT");
        sites.settle();
        sites.restart();
    }

    private static SiteSupervisor west() {
        return sites.supervisors().get(1);
    }

    /** Commits transactions, in which the site's name keeps the keys apart. */
    private static void write(SiteFixture site) throws Exception {
        String name = site.config().site().name();
        site.execute("DO $$ BEGIN FOR i IN " + written + ".." + (written + WRITTEN - 1)
                + " LOOP INSERT INTO item (id, site, v) VALUES (i, '" + name + "', 'x'); COMMIT; END LOOP; END $$");
        written += WRITTEN;
    }

    /** Ends every session of a site's process. */
    private static void cutOff(SiteFixture site) throws Exception {
        site.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + site.role() + "'");
    }

    private static void awaitReason(SiteSupervisor supervisor, String... words) {
        await().atMost(LIMIT).untilAsserted(() -> {
            StatusReport report = supervisor.report();
            assertThat(report.capture().reason() + report.apply().reason()).contains(words);
        });
    }
}
