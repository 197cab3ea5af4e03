package io.gemel.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.CommandRun;
import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.advice.StartAnew;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.StopMode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.Prepare;
import io.gemel.deploy.site.SiteSupervisor;
import io.gemel.deploy.site.TwoSites;
import io.gemel.deploy.status.SideState;
import io.gemel.reason.Advice;
import io.gemel.reason.ReasonCode;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.codec.TransactionCodec;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Something that replication cannot do without is lost for good: a part of a database's log or of a site's. The site stops, says
 * what is lost and how to fix it, says so again after a restart, and never goes on behind the gap.
 */
class UnrecoverableIT {
    private static final int WRITTEN = 20;
    private static final int LOG_FILES = 8;
    /** Bounds a hang; nothing takes that long. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final String START_ANEW = "tart the pair anew (docs/operate.md)";

    @TempDir
    static Path folder;

    private static KafkaServer kafka;
    private static PostgresServer eastServer;
    private static PostgresServer westServer;
    private static int tests;

    private FreshPair pair;

    @BeforeAll
    static void start() {
        kafka = KafkaServer.builder(folder.resolve("kafka")).build().start();
        eastServer = server("east");
        westServer = server("west");
    }

    private static PostgresServer server(String name) {
        return PostgresServer.builder(folder.resolve(name))
                .version(Version.V18)
                .withoutFsync()
                .withPasswords()
                .setting("max_replication_slots", "40") // each test leaves one
                .build()
                .start();
    }

    @AfterAll
    static void stop() {
        eastServer.close();
        westServer.close();
        kafka.close();
    }

    @BeforeEach
    void two_equal_sites_at_rest() throws Exception {
        pair = new FreshPair(eastServer, westServer, kafka, folder, "t" + tests++);
        pair.write(WRITTEN);
        pair.runUntilEqual();
    }

    @AfterEach
    void nothing_was_skipped_and_the_pair_started_anew_goes_on() throws Exception {
        pair.close();
        pair.assertNothingSkipped();
        new StartAnew(pair.east(), eastServer, pair.west(), westServer, kafka.bootstrapServers()).follow();
        pair.writeAndRunUntilEqual();
    }

    @Test
    @Follows(Advice.CAPTURE_SLOT_AHEAD)
    void slot_was_dropped_and_made_again() throws Exception {
        pair.east().execute(dropSlot());
        pair.write(WRITTEN);
        assertHaltsEveryTime(pair.east(), "does not exist", "shut down cleanly: run gemel prepare");
        StringWriter printed = new StringWriter();
        assertThat(Prepare.run(pair.east().config(), Optional.empty(), new PrintWriter(printed)))
                .isEqualTo(1);
        assertThat(printed.toString()).contains("item has ", "row(s) that were written after", START_ANEW);
        pair.east()
                .execute("SELECT pg_create_logical_replication_slot('"
                        + pair.east().config().slot() + "', 'pgoutput')");
        pair.write(WRITTEN);
        assertHaltsEveryTime(pair.east(), "ahead of what was published", START_ANEW);
    }

    @Test
    @Follows(value = Advice.CAPTURE_SLOT_LOST, reasons = ReasonCode.CAPTURE_HALTED)
    void slot_was_dropped_while_the_site_ran() throws Exception {
        SiteSupervisor east = pair.start(pair.east());
        pair.write(WRITTEN);
        awaitPublished(east);
        String slot = pair.east().config().slot();
        // Between the end of one reader and the next there is a moment in which the slot is nobody's.
        pair.east()
                .execute("DO $$ BEGIN LOOP PERFORM pg_terminate_backend(active_pid) FROM pg_replication_slots"
                        + " WHERE slot_name = '" + slot + "'; BEGIN PERFORM pg_drop_replication_slot('" + slot
                        + "'); EXIT; EXCEPTION WHEN object_in_use THEN END; END LOOP; END $$");
        pair.write(WRITTEN);
        pair.awaitHalted(east, slot, "does not exist", "may be lost", START_ANEW);
        pair.stop();
        assertHaltsEveryTime(pair.east(), slot, "does not exist", "may be lost", START_ANEW);
    }

    @Test
    @Follows(Advice.CAPTURE_SLOT_GIVEN_UP)
    void slot_was_given_up_by_the_server_while_the_site_ran() throws Exception {
        SiteSupervisor east = pair.start(pair.east());
        pair.write(WRITTEN);
        awaitPublished(east);
        try (Connection application = pair.east().connectAsAdministrator();
                Statement open = application.createStatement()) {
            // As long as a transaction is open the slot needs the log from its beginning on.
            application.setAutoCommit(false);
            open.execute("INSERT INTO item VALUES (-1, 'never committed')");
            pair.east().alterSystem("ALTER SYSTEM SET max_slot_wal_keep_size = '16MB'");
            for (int i = 0; i < LOG_FILES; i++) {
                pair.east().execute("SELECT pg_switch_wal()");
                pair.write(1);
            }
            pair.east().execute("CHECKPOINT");
            pair.awaitHalted(
                    east, pair.east().config().slot(), "has invalidated", "max_slot_wal_keep_size", START_ANEW);
        } finally {
            pair.east().alterSystem("ALTER SYSTEM RESET max_slot_wal_keep_size");
        }
        pair.stop();
        assertHaltsEveryTime(pair.east(), pair.east().config().slot(), "has invalidated", START_ANEW);
    }

    @Test
    @Follows({Advice.CAPTURE_HISTORY_SHORTER, Advice.CAPTURE_HISTORY_DIFFERS})
    void database_was_restored_from_an_older_copy_and_written_to() throws Exception {
        Path data = folder.resolve("east").resolve("data");
        Path copy = folder.resolve("copy");
        eastServer.stop(StopMode.FAST);
        copy(data, copy);
        eastServer.start();
        SiteSupervisor east = pair.start(pair.east());
        SiteSupervisor west = pair.start(pair.west());
        // In the log's next file: what the server itself writes after it was restored does not come that far.
        pair.east().execute("SELECT pg_switch_wal()");
        pair.write(WRITTEN);
        Awaitility.await().atMost(LIMIT).until(() -> pair.items().size() == pair.written());

        eastServer.stop(StopMode.IMMEDIATE);
        delete(data);
        copy(copy, data);
        eastServer.start();
        pair.wentBackTo(WRITTEN);
        pair.awaitHalted(east, "log ends", "before what was published", "restored from a backup", START_ANEW);

        // The same transactions again at the same places would be no loss.
        pair.east().execute("UPDATE item SET v = 'another history' WHERE id = 1");
        pair.write(2 * WRITTEN);
        for (int i = 0; i < 2; i++) {
            pair.east().execute("SELECT pg_switch_wal()");
            pair.write(WRITTEN);
        }
        pair.awaitHalted(east, "but one was published", "restored from a backup", START_ANEW);
        west.close();
        east.close();
        assertHaltsEveryTime(pair.east(), "but one was published", "restored from a backup", START_ANEW);
    }

    @Test
    @Follows(Advice.APPLY_LOG_DISORDER)
    void records_expired_before_the_peer_had_them() throws Exception {
        SiteSupervisor east = pair.start(pair.east());
        pair.write(WRITTEN);
        awaitPublished(east);
        ask(admin -> admin.deleteRecords(Map.of(topic(pair.east()), RecordsToDelete.beforeOffset(-1)))
                .all());
        pair.write(WRITTEN);
        assertHaltsEveryTime(pair.west(), START_ANEW);
    }

    @Test
    @Follows({Advice.CAPTURE_LOG_LOST, Advice.APPLY_LOG_SHORTER})
    void topic_was_made_again() throws Exception {
        String name = topic(pair.east()).topic();
        ask(admin -> admin.deleteTopics(List.of(name)).all());
        assertThat(Prepare.run(pair.east().config(), Optional.empty(), new PrintWriter(new StringWriter())))
                .isZero();
        pair.write(WRITTEN);
        assertHaltsEveryTime(pair.east(), "is empty, but this site has written to it", START_ANEW);
        assertHaltsEveryTime(pair.west(), "was truncated or recreated", START_ANEW);
    }

    @Test
    void topic_was_deleted_while_both_sites_run() throws Exception {
        SiteSupervisor east = pair.startSoon(pair.east());
        SiteSupervisor west = pair.startSoon(pair.west());
        pair.write(WRITTEN);
        Awaitility.await().atMost(LIMIT).until(() -> pair.items().size() == pair.written());
        String name = topic(pair.east()).topic();
        ask(admin -> admin.deleteTopics(List.of(name)).all());
        pair.write(WRITTEN);

        awaitReason(east, ReasonCode.CAPTURE_KAFKA_UNREACHABLE, name);
        awaitReason(west, ReasonCode.APPLY_PEER_KAFKA_UNREACHABLE, name);
        pair.assertNothingSkipped();
    }

    private static void awaitReason(SiteSupervisor site, ReasonCode code, String topic) {
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(site.report().reasons()).anySatisfy(reason -> {
                    assertThat(reason.code()).isEqualTo(code.code());
                    assertThat(reason.text()).contains("topic " + topic, "exists");
                }));
    }

    @Test
    @Follows({Advice.CAPTURE_TOPIC_PARTITIONS, Advice.APPLY_TOPIC_PARTITIONS})
    void topic_has_a_second_partition() throws Exception {
        ask(admin -> admin.createPartitions(Map.of(topic(pair.east()).topic(), NewPartitions.increaseTo(2)))
                .all());
        pair.write(WRITTEN);
        assertHaltsEveryTime(pair.east(), "has 2 partitions", "holds records", START_ANEW);
        assertHaltsEveryTime(pair.west(), "has 2 partitions", START_ANEW);
    }

    @Test
    void markers_are_gone() throws Exception {
        pair.west().execute("TRUNCATE gemel.applied");
        pair.write(WRITTEN);
        pair.start(pair.east());
        assertHaltsEveryTime(pair.west(), "has diverged at log position", "restored backup");
    }

    @Test
    void newest_markers_are_gone() throws Exception {
        pair.west().execute("DELETE FROM gemel.applied WHERE position > " + WRITTEN / 2);
        pair.write(WRITTEN);
        pair.start(pair.east());
        assertHaltsEveryTime(pair.west(), "has diverged at log position", "restored backup");
    }

    @Test
    @Follows(Advice.APPLY_LOG_EXPIRED)
    void records_expired_while_the_applier_was_paused() throws Exception {
        SiteSupervisor east = pair.start(pair.east());
        SiteSupervisor west = pair.start(pair.west());
        pair.write(WRITTEN);
        Awaitility.await().atMost(LIMIT).until(() -> pair.items().size() == pair.written());
        Awaitility.await().atMost(LIMIT).until(() -> {
            west.pause();
            return west.report().apply().state() == SideState.PAUSED;
        });
        pair.write(1); // may still be fetched
        awaitPublished(east);
        pair.write(WRITTEN);
        awaitPublished(east);
        east.close();
        ask(admin -> admin.deleteRecords(Map.of(topic(pair.east()), RecordsToDelete.beforeOffset(-1)))
                .all());
        west.resume();
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(west.report().apply().reason())
                        .contains(START_ANEW, Advice.APPLY_LOG_EXPIRED.code()));
    }

    @Test
    @Follows({Advice.CAPTURE_LOG_EMPTIED})
    void every_record_was_deleted() throws Exception {
        ask(admin -> admin.deleteRecords(Map.of(topic(pair.east()), RecordsToDelete.beforeOffset(-1)))
                .all());
        pair.write(WRITTEN);
        assertHaltsEveryTime(
                pair.east(), "all have expired or were deleted", START_ANEW, Advice.CAPTURE_LOG_EMPTIED.code());
    }

    @Test
    @Follows({Advice.CAPTURE_LOG_DISORDER})
    void first_records_expired_before_the_peer_had_them() throws Exception {
        SiteSupervisor east = pair.start(pair.east());
        pair.write(WRITTEN);
        awaitPublished(east);
        east.close();
        TopicPartition topic = topic(pair.east());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            long end = admin.listOffsets(Map.of(topic, OffsetSpec.latest()))
                    .partitionResult(topic)
                    .get()
                    .offset();
            admin.deleteRecords(Map.of(topic, RecordsToDelete.beforeOffset(end - 1)))
                    .all()
                    .get();
        }
        assertHaltsEveryTime(
                pair.east(), "the window cannot be rebuilt", START_ANEW, Advice.CAPTURE_LOG_DISORDER.code());
    }

    @Test
    @Follows({Advice.APPLY_WINDOW_DAMAGED})
    void stored_window_is_damaged() throws Exception {
        pair.east().execute("INSERT INTO gemel.\"window\" VALUES ('public', 'item', '{1}', 'nonsense')");
        assertHaltsEveryTime(
                pair.east(), "gemel.window holds a damaged entry", START_ANEW, Advice.APPLY_WINDOW_DAMAGED.code());
    }

    @Test
    @Follows(Advice.APPLY_PARKED_DAMAGED)
    void parked_transaction_is_damaged() throws Exception {
        park();
        pair.west().execute("UPDATE gemel.parked SET body = '\\x00'");
        pair.start(pair.west());
        CommandRun commands = new CommandRun();
        assertThat(commands.run("parked", pair.west().file(), "list")).isEqualTo(ExitCode.DONE);
        assertThat(commands.out()).contains(START_ANEW, Advice.APPLY_PARKED_DAMAGED.code());
        for (String decision : List.of("retry", "discard")) {
            String id =
                    TwoSites.texts(pair.west(), "SELECT id FROM gemel.parked").get(0);
            assertThat(commands.run("parked", pair.west().file(), decision, id)).isEqualTo(ExitCode.FINDING);
            assertThat(commands.err())
                    .contains("gemel.parked holds a damaged", START_ANEW, Advice.APPLY_PARKED_DAMAGED.code());
        }
    }

    /** By something of the operator's that is to note each insert and alters what it notes. */
    @Test
    @Follows(Advice.CAPTURE_OWN_ROW_DAMAGED)
    void row_that_the_applier_wrote_for_capture_is_damaged() throws Exception {
        park();
        pair.west()
                .execute(
                        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
                                + " $$ BEGIN NEW.body := '\\x00'; RETURN NEW; END $$",
                        "CREATE TRIGGER spoil BEFORE INSERT ON gemel.emit FOR EACH ROW EXECUTE FUNCTION spoil()",
                        "ALTER TABLE gemel.emit ENABLE ALWAYS TRIGGER spoil",
                        "UPDATE gemel.parked SET decision = 'retry'");
        assertHaltsEveryTime(
                pair.west(), "a row of gemel.emit cannot be read", START_ANEW, Advice.CAPTURE_OWN_ROW_DAMAGED.code());
        pair.west().execute("DROP FUNCTION spoil() CASCADE");
    }

    /** West has parked a transaction that it would apply now, and no process runs. */
    private void park() throws Exception {
        pair.west().execute("ALTER TABLE item ADD CONSTRAINT closed CHECK (id <= " + pair.written() + ")");
        pair.start(pair.east());
        pair.start(pair.west());
        pair.write(1);
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> !TwoSites.texts(pair.west(), "SELECT id FROM gemel.parked")
                        .isEmpty());
        pair.stop();
        pair.west().execute("ALTER TABLE item DROP CONSTRAINT closed");
    }

    @Test
    @Follows({Advice.CAPTURE_LOG_SHORTER})
    void topic_was_made_again_and_written_to() throws Exception {
        String name = topic(pair.east()).topic();
        ask(admin -> admin.deleteTopics(List.of(name)).all());
        assertThat(Prepare.run(pair.east().config(), Optional.empty(), new PrintWriter(new StringWriter())))
                .isZero();
        append(name, new TransactionCodec().encode(new LogRecord.Opened(1, "an earlier release")));
        pair.write(WRITTEN);
        assertHaltsEveryTime(pair.east(), "the topic was recreated", START_ANEW, Advice.CAPTURE_LOG_SHORTER.code());
    }

    @Test
    @Follows({Advice.CAPTURE_RECORD_DAMAGED, Advice.APPLY_RECORD_DAMAGED})
    void record_is_damaged() throws Exception {
        byte[] record = new TransactionCodec().encode(new LogRecord.Opened(99, "writer"));
        record[record.length - 1] ^= 1;
        append(topic(pair.east()).topic(), record);
        pair.write(WRITTEN);
        assertHaltsEveryTime(pair.east(), "cannot be read at offset", START_ANEW, Advice.CAPTURE_RECORD_DAMAGED.code());
        assertHaltsEveryTime(pair.west(), "checksum", START_ANEW, Advice.APPLY_RECORD_DAMAGED.code());
    }

    @Test
    @Follows({Advice.CAPTURE_SHARED_TOPIC})
    void another_site_wrote_to_the_topic() throws Exception {
        SiteId other = new SiteId("other");
        TransactionHeader header = new TransactionHeader(other, 9, 9, new io.gemel.transaction.Version(1, other), 0);
        append(topic(pair.east()).topic(), new TransactionCodec().encode(new LogRecord.Heartbeat(99, header)));
        pair.write(WRITTEN);
        assertHaltsEveryTime(
                pair.east(), "two sites must not share a topic", START_ANEW, Advice.CAPTURE_SHARED_TOPIC.code());
        assertHaltsEveryTime(pair.west(), START_ANEW, "[apply.log-");
    }

    @Test
    @Follows({Advice.CAPTURE_PUBLICATION_MISSING})
    void publication_was_dropped() throws Exception {
        pair.east().execute("DROP PUBLICATION gemel");
        pair.write(WRITTEN);
        assertHaltsEveryTime(pair.east(), "publication gemel does not exist", START_ANEW);
        StringWriter printed = new StringWriter();
        assertThat(Prepare.run(pair.east().config(), Optional.empty(), new PrintWriter(printed)))
                .isEqualTo(1);
        assertThat(printed.toString()).contains("cannot be continued by this database", START_ANEW);
    }

    @Test
    @Follows({Advice.CAPTURE_PUBLICATION_CHANGED})
    void publication_was_dropped_and_made_again() throws Exception {
        pair.east()
                .execute(
                        "DO $$ DECLARE named text := (SELECT string_agg(format('ONLY %I.%I', schemaname, tablename), ', ')"
                                + " FROM pg_publication_tables WHERE pubname = 'gemel'); BEGIN DROP PUBLICATION gemel; COMMIT;"
                                + " INSERT INTO item VALUES (4711, 'unpublished'); COMMIT;"
                                + " EXECUTE 'CREATE PUBLICATION gemel FOR TABLE ' || named"
                                + " || ' WITH (publish_via_partition_root, publish_generated_columns = stored)'; END $$");
        pair.write(WRITTEN);
        assertHaltsEveryTime(
                pair.east(), "dropped and recreated", START_ANEW, Advice.CAPTURE_PUBLICATION_CHANGED.code());
        StringWriter printed = new StringWriter();
        assertThat(Prepare.run(pair.east().config(), Optional.empty(), new PrintWriter(printed)))
                .isEqualTo(1);
        assertThat(printed.toString()).contains("cannot be continued by this database", START_ANEW);
    }

    private static void append(String topic, byte[] record) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, 0, null, record)).get();
        }
    }

    private void assertHaltsEveryTime(SiteFixture site, String... words) throws Exception {
        try (SiteSupervisor first = pair.start(site)) {
            pair.awaitHalted(first, words);
        }
        try (SiteSupervisor second = pair.start(site)) {
            pair.awaitHalted(second, words);
        }
    }

    private String dropSlot() throws Exception {
        return "SELECT pg_drop_replication_slot('" + pair.east().config().slot() + "')";
    }

    private static TopicPartition topic(SiteFixture site) throws Exception {
        return new TopicPartition(site.config().logTopic(), 0);
    }

    private void awaitPublished(SiteSupervisor east) {
        Awaitility.await().atMost(LIMIT).until(() -> east.report().capture().publishedPosition() >= pair.written());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path each : (Iterable<Path>) files::iterator) {
                Files.copy(each, to.resolve(from.relativize(each)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(each);
            }
        }
    }

    /** Asks the broker for one thing. */
    @FunctionalInterface
    private interface Request {
        KafkaFuture<?> of(Admin admin) throws Exception;
    }

    private static void ask(Request request) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            request.of(admin).get();
        }
    }
}
