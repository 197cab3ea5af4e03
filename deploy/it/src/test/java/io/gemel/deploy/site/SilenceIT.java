package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.CommandRun;
import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer.StopMode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.embedded.TcpProxy;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.status.SideState;
import io.gemel.deploy.status.StatusReport;
import io.gemel.reason.ReasonCode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a site waits for is a reason that names it, and goes when it has come. Each site's log has a way to Kafka of its own. */
class SilenceIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    static Path folder;

    private static TcpProxy eastKafka;
    private static TcpProxy westKafka;
    private static TwoSites sites;
    private static int next = 1_000;

    @BeforeAll
    static void start() throws Exception {
        int eastPort = FreePorts.next();
        int westPort = FreePorts.next();
        eastKafka = TcpProxy.to(eastPort);
        westKafka = TcpProxy.to(westPort);
        KafkaServer broker = KafkaServer.builder(folder.resolve("kafka"))
                .proxied(eastPort, eastKafka.port())
                .proxied(westPort, westKafka.port())
                .build();
        sites = TwoSites.start(folder, Version.V15, broker, Map.of());
        sites.schema(TwoSites.PROBE)
                .schema(
                        "CREATE TABLE item (id int PRIMARY KEY, v text)",
                        "INSERT INTO item SELECT i, 'x' FROM generate_series(1, 10) AS i",
                        "CREATE TABLE named (id int PRIMARY KEY, name text UNIQUE)",
                        "CREATE ROLE teller LOGIN PASSWORD 'teller'",
                        "GRANT ALL ON item, named TO teller")
                .prepare()
                .soon();
        through(sites.east(), eastKafka, westKafka);
        through(sites.west(), westKafka, eastKafka);
        sites.run();
        sites.settle();
    }

    private static void through(SiteFixture site, TcpProxy own, TcpProxy peer) {
        site.with("kafka.bootstrap.servers", own.address()).with("peer.kafka.bootstrap.servers", peer.address());
    }

    @AfterAll
    static void stop() {
        sites.close();
        eastKafka.close();
        westKafka.close();
    }

    @AfterEach
    void everything_arrives_and_nobody_complains() throws Exception {
        eastKafka.restore();
        sites.settle();
        sites.assertEqual("item");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(sites.supervisors()).hasSize(2).allSatisfy(each -> {
                    assertThat(each.report().reasons()).isEmpty();
                    assertThat(each.report().isReady()).isTrue();
                }));
    }

    @Test
    @Follows(reasons = ReasonCode.APPLY_LOCK_WAIT)
    void a_row_that_is_locked_is_named_with_who_holds_it() throws Exception {
        try (Connection teller = teller();
                Statement statement = teller.createStatement()) {
            int pid = pid(teller);
            statement.execute("UPDATE item SET v = 'mine' WHERE id = 7");
            sites.east().execute("UPDATE item SET v = 'theirs' WHERE id = 7");

            awaitReason(
                    west(),
                    ReasonCode.APPLY_LOCK_WAIT,
                    "row public.item[7]",
                    "session " + pid,
                    "application till",
                    "role teller",
                    "idle in transaction",
                    "UPDATE item SET v = 'mine' WHERE id = 7",
                    "pg_terminate_backend(" + pid + ")");
            assertThat(west().report().isReady()).isFalse();
            assertThat(present(west())).doesNotContain(ReasonCode.APPLY_STATEMENT_RUNNING.code());
            teller.rollback();
        }
    }

    @Test
    void a_table_that_is_locked_is_named() throws Exception {
        try (Connection teller = teller();
                Statement statement = teller.createStatement()) {
            int pid = pid(teller);
            statement.execute("LOCK TABLE item IN SHARE MODE");
            insert(sites.east());

            awaitReason(
                    west(),
                    ReasonCode.APPLY_LOCK_WAIT,
                    "table public.item (RowExclusiveLock)",
                    "session " + pid(teller));
        }
    }

    @Test
    void a_key_that_is_being_inserted_is_waited_for_in_words() throws Exception {
        try (Connection teller = teller();
                Statement statement = teller.createStatement()) {
            statement.execute("INSERT INTO item VALUES (" + next + ", 'mine')");
            int id = insert(sites.east());

            awaitReason(
                    west(),
                    ReasonCode.APPLY_LOCK_WAIT,
                    "a key that another transaction has just written, in work on row public.item[" + id + "]",
                    "session " + pid(teller),
                    "pg_terminate_backend(");
            teller.rollback();
        }
    }

    @Test
    void a_unique_value_that_is_being_written_is_waited_for_in_words() throws Exception {
        sites.east().execute("INSERT INTO named VALUES (1, 'one'), (2, 'two')");
        sites.settle();
        try (Connection teller = teller();
                Statement statement = teller.createStatement()) {
            statement.execute("INSERT INTO named VALUES (3, 'three')");
            sites.east().execute("UPDATE named SET name = 'three' WHERE id = 2");

            awaitReason(
                    west(),
                    ReasonCode.APPLY_LOCK_WAIT,
                    "a key that another transaction has just written, in work on row public.named[2]",
                    "session " + pid(teller));
            teller.rollback();
        }
        sites.settle();
        sites.assertEqual("named");
    }

    @Test
    void an_advisory_lock_of_a_trigger_is_named() throws Exception {
        sites.west()
                .execute(
                        "CREATE FUNCTION queue() RETURNS trigger LANGUAGE plpgsql AS"
                                + " 'BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END'",
                        "CREATE TRIGGER queue BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION queue()",
                        "ALTER TABLE item ENABLE ALWAYS TRIGGER queue");
        try (Connection teller = teller();
                Statement statement = teller.createStatement()) {
            statement.execute("SELECT pg_advisory_xact_lock(4711)");
            int id = insert(sites.east());

            awaitReason(
                    west(),
                    ReasonCode.APPLY_LOCK_WAIT,
                    "the advisory lock 0, 4711 that a trigger",
                    "work on row public.item[" + id + "]",
                    "session " + pid(teller));
            teller.rollback();
        }
        sites.settle();
        sites.west().execute("DROP TRIGGER queue ON item");
    }

    /** Nobody can read the locked row's key then: everybody stands behind who waits for the table. */
    @Test
    void a_row_is_named_behind_someone_who_waits_for_the_whole_table() throws Exception {
        try (Connection teller = teller();
                Connection owner = sites.west().connectAsAdministrator();
                Statement statement = teller.createStatement();
                Statement alters = owner.createStatement()) {
            statement.execute("UPDATE item SET v = 'mine' WHERE id = 8");
            Thread altering = new Thread(() -> {
                try {
                    alters.execute("VACUUM FULL item");
                } catch (java.sql.SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            altering.start();
            sites.awaitRow(sites.west(), "SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted");
            sites.east().execute("UPDATE item SET v = 'theirs' WHERE id = 8");

            awaitReason(
                    west(),
                    ReasonCode.APPLY_LOCK_WAIT,
                    "table public.item",
                    "public.item[8]",
                    "session " + pid(teller));
            teller.rollback();
            altering.join();
        }
    }

    @Test
    void whoever_the_holder_waits_for_is_named_instead() throws Exception {
        try (Connection first = teller();
                Connection second = teller();
                Statement holds = first.createStatement();
                Statement waits = second.createStatement()) {
            int pid = pid(first);
            holds.execute("UPDATE item SET v = 'mine' WHERE id = 3");
            waits.execute("UPDATE item SET v = 'mine' WHERE id = 4");
            Thread waiting = new Thread(() -> {
                try {
                    waits.execute("UPDATE item SET v = 'mine' WHERE id = 3");
                    second.rollback();
                } catch (java.sql.SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            waiting.start();
            sites.east().execute("UPDATE item SET v = 'theirs' WHERE id = 4");

            awaitReason(west(), ReasonCode.APPLY_LOCK_WAIT, "row public.item[4]", "session " + pid);
            first.rollback();
            waiting.join();
        }
    }

    @Test
    void a_session_in_the_way_is_ended_when_that_is_wanted_and_allowed() throws Exception {
        sites.west().with("apply.lock.kill.after", "2s");
        sites.prepare();
        sites.restart();
        try (Connection teller = teller();
                Statement statement = teller.createStatement()) {
            statement.execute("UPDATE item SET v = 'mine' WHERE id = 5");
            sites.east().execute("UPDATE item SET v = 'theirs' WHERE id = 5");
            sites.awaitRow(sites.west(), "SELECT FROM item WHERE id = 5 AND v = 'theirs'");
            // The lock is free before it is counted.
            await().atMost(LIMIT).until(() -> west().report().apply().lockHoldersEnded() == 1);
        }
        try (Connection superuser = sites.west().connectAsAdministrator();
                Statement statement = superuser.createStatement()) {
            superuser.setAutoCommit(false);
            statement.execute("UPDATE item SET v = 'mine' WHERE id = 6");
            sites.east().execute("UPDATE item SET v = 'theirs' WHERE id = 6");
            awaitReason(west(), ReasonCode.APPLY_LOCK_WAIT, "row public.item[6]", "may not end session");
            superuser.rollback();
        }
        sites.west().with("apply.lock.kill.after", "off");
        sites.restart();
    }

    @Test
    @Follows(reasons = {ReasonCode.CAPTURE_KAFKA_UNREACHABLE, ReasonCode.APPLY_PEER_KAFKA_UNREACHABLE})
    void a_lost_kafka_is_seen_at_both_sites() throws Exception {
        eastKafka.holdAll(); // connections stay, and nothing comes
        insert(sites.east());

        awaitReason(east(), ReasonCode.CAPTURE_KAFKA_UNREACHABLE, eastKafka.address(), "gemel.east");
        awaitReason(west(), ReasonCode.APPLY_PEER_KAFKA_UNREACHABLE, eastKafka.address(), "gemel.east");
        assertThat(east().report().isReady()).isFalse();
        assertThat(west().report().isReady()).isFalse();
        await().atMost(LIMIT)
                .until(() -> west().report().apply().lagMillis() > 9_000
                        && west().report().apply().heardMillis() > 9_000);
        eastKafka.restore();
        sites.settle();
        assertThat(west().report().clock().skewMillis()).isBetween(-9_000L, 9_000L);
    }

    @Test
    void a_kafka_that_is_lost_at_the_start_is_seen_at_both_sites() throws Exception {
        eastKafka.cut();
        sites.supervisors().forEach(SiteSupervisor::close);
        sites.supervisors().clear();
        sites.run(sites.east(), micros -> micros);
        sites.run(sites.west(), micros -> micros);

        awaitReason(east(), ReasonCode.CAPTURE_KAFKA_UNREACHABLE, eastKafka.address());
        awaitReason(west(), ReasonCode.APPLY_PEER_KAFKA_UNREACHABLE, eastKafka.address());
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(east().report().state()).isEqualTo(SideState.STARTING);
            assertThat(west().report().apply().state()).isEqualTo(SideState.STARTING);
        });
        assertThat(west().report().isReady()).isFalse();
    }

    @Test
    @Follows(reasons = ReasonCode.SITE_DATABASE_UNREACHABLE)
    void a_database_that_is_away_is_told() throws Exception {
        sites.westServer().stop(StopMode.FAST);
        insert(sites.east());

        awaitReason(west(), ReasonCode.SITE_DATABASE_UNREACHABLE, "does not answer", "jdbc:postgresql:");
        assertThat(west().report().isReady()).isFalse();
        sites.westServer().start();
    }

    @Test
    @Follows(reasons = ReasonCode.APPLY_PEER_SILENT)
    void a_peer_that_is_silent_is_told_apart_from_its_kafka_and_stops_nothing() throws Exception {
        east().close();

        awaitReason(west(), ReasonCode.APPLY_PEER_SILENT, "gemel status");
        // Something else may be waited for, too, for as long as the machine is busy.
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(present(west())).containsExactly(ReasonCode.APPLY_PEER_SILENT.code());
            assertThat(west().report().isReady()).isTrue();
        });
        assertThat(west().report().apply().lagMillis()).isGreaterThan(2_000);
        sites.restart();
    }

    @Test
    @Follows(reasons = ReasonCode.APPLY_LOCK_WAIT)
    void whoever_holds_the_heartbeat_is_named_and_the_site_lives() throws Exception {
        try (Connection superuser = sites.west().connectAsAdministrator();
                Statement statement = superuser.createStatement()) {
            superuser.setAutoCommit(false);
            statement.execute("SELECT FROM gemel.heartbeat FOR UPDATE");
            awaitReason(
                    west(),
                    ReasonCode.APPLY_LOCK_WAIT,
                    "the row of gemel.heartbeat",
                    "session " + pid(superuser),
                    "SELECT pg_backend_pid()");
            assertThat(present(west())).doesNotContain(ReasonCode.APPLY_RESTARTING.code());
            superuser.rollback();
        }
    }

    @Test
    @Follows(reasons = ReasonCode.APPLY_STATEMENT_RUNNING)
    void a_statement_that_takes_long_is_told_and_stops_nothing() throws Exception {
        sites.west()
                .execute(
                        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS"
                                + " $$ BEGIN WHILE NOT pg_try_advisory_xact_lock_shared(1) LOOP PERFORM pg_sleep(0.05);"
                                + " END LOOP; RETURN NEW; END $$",
                        "CREATE TRIGGER slow AFTER INSERT ON item FOR EACH ROW EXECUTE FUNCTION slowly()",
                        "ALTER TABLE item ENABLE ALWAYS TRIGGER slow");
        try (Connection superuser = sites.west().connectAsAdministrator();
                Statement statement = superuser.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(1)");
            insert(sites.east());
            awaitReason(west(), ReasonCode.APPLY_STATEMENT_RUNNING, "has been running for", "item");
        }
        sites.awaitRow(sites.west(), "SELECT FROM item WHERE id = " + (next - 1));
        sites.west().execute("DROP TRIGGER slow ON item", "DROP FUNCTION slowly");
    }

    @Test
    @Follows(reasons = ReasonCode.APPLY_RETRYING)
    void what_is_tried_in_vain_is_told() throws Exception {
        sites.west()
                .execute(
                        "CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS"
                                + " $$ BEGIN RAISE EXCEPTION 'too busy' USING ERRCODE = '40001'; END $$",
                        "CREATE TRIGGER busy AFTER INSERT ON item FOR EACH ROW EXECUTE FUNCTION busy()",
                        "ALTER TABLE item ENABLE ALWAYS TRIGGER busy");
        insert(sites.east());
        awaitReason(west(), ReasonCode.APPLY_RETRYING, "are retried repeatedly", "too busy");
        sites.west().execute("DROP TRIGGER busy ON item", "DROP FUNCTION busy");
    }

    @Test
    @Follows(reasons = ReasonCode.APPLY_DECISION_WAIT)
    void a_decision_about_a_parked_transaction_waits_for_its_row() throws Exception {
        sites.west().execute("ALTER TABLE item ADD CONSTRAINT allowed CHECK (v <> 'no')");
        sites.east().execute("UPDATE item SET v = 'no' WHERE id = 8");
        sites.awaitRow(sites.west(), "SELECT FROM gemel.parked");
        sites.west().execute("ALTER TABLE item DROP CONSTRAINT allowed");
        try (Connection teller = teller();
                Statement statement = teller.createStatement()) {
            statement.execute("SELECT FROM item WHERE id = 8 FOR UPDATE");
            CommandRun commands = new CommandRun();
            String id =
                    TwoSites.texts(sites.west(), "SELECT id FROM gemel.parked").get(0);
            Thread deciding =
                    new Thread(() -> commands.run("parked", sites.west().file(), "retry", id));
            deciding.start();
            awaitReason(west(), ReasonCode.APPLY_DECISION_WAIT, "cannot be executed yet");
            teller.rollback();
            deciding.join();
        }
        sites.awaitRow(sites.west(), "SELECT FROM item WHERE id = 8 AND v = 'no'");
    }

    @Test
    @Follows(reasons = ReasonCode.SITE_STARTING)
    void a_start_that_takes_long_names_its_step() throws Exception {
        try (Connection superuser = sites.west().connectAsAdministrator();
                Statement statement = superuser.createStatement()) {
            west().close();
            sites.supervisors().remove(1);
            superuser.setAutoCommit(false);
            statement.execute("LOCK TABLE gemel.seal IN ACCESS EXCLUSIVE MODE");
            sites.run(sites.west(), micros -> micros);
            awaitReason(west(), ReasonCode.SITE_STARTING, "makes sure that the log belongs to this database");
            superuser.rollback();
        }
    }

    @Test
    @Follows(reasons = ReasonCode.SITE_REFUSED)
    void patterns_that_match_no_table_are_told() throws Exception {
        sites.west().with("tables", "public.itme");
        west().close();
        sites.supervisors().remove(1);
        SiteSupervisor refused = sites.run(sites.west(), micros -> micros);
        awaitReason(refused, ReasonCode.SITE_REFUSED, "matches no table", "correct the patterns");
        assertThat(refused.report().isReady()).isFalse();
        sites.west().with("tables", "public.*");
        sites.restart();
    }

    /** A server process that is stopped, as on a machine that is overloaded, sends nothing; what needs it waits. */
    @Test
    @Follows(reasons = {ReasonCode.CAPTURE_DATABASE_SILENT, ReasonCode.APPLY_CAPTURE_WAIT})
    void a_database_that_sends_nothing_of_its_log_is_told() throws Exception {
        String sender = TwoSites.texts(sites.west(), "SELECT active_pid FROM pg_replication_slots WHERE active")
                .get(0);
        signal("STOP", sender);
        try {
            sites.west().execute("UPDATE item SET v = 'west' WHERE id = 2");
            sites.east().execute("UPDATE item SET v = 'east' WHERE id = 2");
            awaitReason(west(), ReasonCode.CAPTURE_DATABASE_SILENT, "sends no log");
            awaitReason(west(), ReasonCode.APPLY_CAPTURE_WAIT, "waits until capture has read");
        } finally {
            signal("CONT", sender);
        }
    }

    private static void signal(String name, String pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor())
                .isZero();
    }

    @Test
    @Follows(reasons = ReasonCode.SITE_STANDBY)
    void a_standby_says_that_it_is_one() throws Exception {
        SiteSupervisor second =
                new SiteSupervisor(sites.west().config(), micros -> micros, java.time.InstantSource.system());
        second.start();
        awaitReason(second, ReasonCode.SITE_STANDBY, "takes over");
        second.close();
    }

    @Test
    @Follows(reasons = ReasonCode.APPLY_PAUSED)
    void a_pause_is_a_reason_and_the_lag_grows_while_nothing_is_read() throws Exception {
        west().pause();
        awaitReason(west(), ReasonCode.APPLY_PAUSED, "resume");
        await().atMost(LIMIT).until(() -> west().report().apply().lagMillis() > 4_000);
        west().resume();
    }

    @Test
    void a_pause_holds_over_an_outage_of_the_database() throws Exception {
        west().pause();
        awaitReason(west(), ReasonCode.APPLY_PAUSED, "resume");
        sites.westServer().stop(StopMode.FAST);
        await().atMost(LIMIT).until(() -> !west().report().leader());
        sites.westServer().start();

        awaitReason(west(), ReasonCode.APPLY_PAUSED, "resume");
        int id = insert(sites.east());
        sites.west().execute("UPDATE item SET v = 'published' WHERE id = 10");
        sites.awaitRow(sites.east(), "SELECT FROM item WHERE v = 'published'");
        assertThat(TwoSites.texts(sites.west(), "SELECT v FROM item WHERE id = " + id))
                .isEmpty();
        west().resume();
    }

    @Test
    void what_an_operator_wants_during_an_outage_holds_after_it() throws Exception {
        sites.westServer().stop(StopMode.FAST);
        await().atMost(LIMIT).until(() -> !west().report().leader());
        west().pause();
        sites.westServer().start();
        awaitReason(west(), ReasonCode.APPLY_PAUSED, "resume");

        sites.westServer().stop(StopMode.FAST);
        await().atMost(LIMIT).until(() -> !west().report().leader());
        west().resume();
        sites.westServer().start();
    }

    private static SiteSupervisor east() {
        return sites.supervisors().get(0);
    }

    private static SiteSupervisor west() {
        return sites.supervisors().get(1);
    }

    /** Inserts a row and returns its key. */
    private static int insert(SiteFixture site) throws Exception {
        site.execute("INSERT INTO item VALUES (" + next + ", 'new')");
        return next++;
    }

    /** A session of the application at west, in a transaction. */
    private static Connection teller() throws Exception {
        Connection teller = DriverManager.getConnection(
                sites.westServer().jdbcUrl("west") + "?ApplicationName=till", "teller", "teller");
        teller.setAutoCommit(false);
        return teller;
    }

    private static int pid(Connection connection) throws Exception {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static List<String> present(SiteSupervisor site) {
        return site.report().reasons().stream().map(StatusReport.Reason::code).toList();
    }

    private static void awaitReason(SiteSupervisor site, ReasonCode code, String... words) {
        await().atMost(LIMIT).untilAsserted(() -> {
            List<String> texts = site.report().reasons().stream()
                    .filter(reason -> reason.code().equals(code.code()))
                    .map(StatusReport.Reason::text)
                    .toList();
            assertThat(texts).as(() -> site.report().toString()).hasSize(1);
            assertThat(texts.get(0)).contains(words);
        });
    }
}
