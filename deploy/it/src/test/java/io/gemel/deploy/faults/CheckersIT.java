package io.gemel.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.SiteSupervisor;
import io.gemel.deploy.site.TopicReader;
import io.gemel.deploy.site.TwoSites;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.Transaction;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.codec.TransactionCodec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A checker that never failed proves nothing. Two sites run without a fault and every checker is content; then one thing is
 * spoilt in the real databases and logs, and the checker whose promise it breaks must say so and name it.
 */
class CheckersIT {
    private static final int TRANSACTIONS = 300;
    private static final int CONCURRENT_ROUNDS_MAX = 10;
    private static final Duration LIMIT = Duration.ofMinutes(4);

    /** A run without them would not show that linked tables converge. */
    private static final List<String> LINKED_KINDS = List.of("UNIQUE_EXISTS", "FOREIGN_KEY_ORPHAN", "SUBMISSION_VOID");

    @TempDir
    static Path folder;

    private static TwoSites sites;
    private static Facts clean;

    @BeforeAll
    static void run_without_faults() throws Exception {
        long seed = Seeds.announced("CheckersIT");
        sites = TwoSites.start(folder, Version.V18, FaultTables.SETTINGS);
        sites.schema(TwoSites.PROBE).schema(FaultTables.schema()).prepare().run();
        try (Workload workload = new Workload(List.of(sites.east(), sites.west()), "", new Random(seed)).start()) {
            for (int i = 0; i < CONCURRENT_ROUNDS_MAX && !conflictsOfAllKinds(); i++) {
                writeConcurrently(workload.history());
            }
            assertThat(conflictsOfAllKinds()).isTrue();
            workload.stop();
            sites.settle();
            clean = FactsOf.run(sites, workload, IdleRecords.of(sites), List.of(), List.of());
            assertThat(workload.observers())
                    .allSatisfy(each -> assertThat(each.looks()).isPositive());
        }
        sites.supervisors().forEach(SiteSupervisor::close);
    }

    /** Idle sites are a few milliseconds apart, and hardly anything that two of them write is concurrent. */
    private static void writeConcurrently(History history) throws Exception {
        sites.pause();
        int before = history.outcomes().size();
        await().atMost(LIMIT).until(() -> history.outcomes().size() >= before + TRANSACTIONS);
        sites.resume();
        sites.settle();
    }

    /** What the plants spoil must be there. */
    private static boolean conflictsOfAllKinds() throws SQLException {
        return kindsOfConflict().containsAll(LINKED_KINDS)
                && accountsConflicted(sites.east())
                && accountsConflicted(sites.west());
    }

    private static boolean accountsConflicted(SiteFixture site) throws SQLException {
        return !TwoSites.texts(site, "SELECT id FROM gemel.journal WHERE table_name = 'account' LIMIT 1")
                .isEmpty();
    }

    /** At either site: an orphan is found at one only. */
    private static List<String> kindsOfConflict() throws SQLException {
        List<String> kinds = new ArrayList<>();
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            kinds.addAll(TwoSites.texts(site, "SELECT DISTINCT kind FROM gemel.journal"));
        }
        return kinds;
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    @Test
    void every_checker_is_content_with_a_run_without_faults() {
        Checkers.assertAll(clean);
        assertThat(clean.west().journal()).isNotEmpty();
        assertThat(clean.west().tallies()).isNotEmpty();
        assertThat(clean.west().owners()).isNotEmpty();
        assertThat(clean.submissions()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("io.gemel.deploy.faults.SeededDefect#all")
    void checker_names_what_was_spoilt(SeededDefect plant) throws Exception {
        try (Connection east = sites.east().connectAsAdministrator();
                Connection west = sites.west().connectAsAdministrator()) {
            east.setAutoCommit(false);
            west.setAutoCommit(false);
            String victim = text(west, plant.victim());
            for (Connection each : List.of(east, west)) {
                execute(each, plant.both().replace("$", victim));
            }
            execute(west, plant.west().replace("$", victim));

            Facts spoilt = clean.with(
                    SiteFacts.read("east", east, clean.east().log()),
                    SiteFacts.read("west", west, clean.west().log()));

            assertThat(plant.broken().violations(spoilt))
                    .isNotEmpty()
                    .allSatisfy(each -> assertThat(each).contains(victim));
        } // nothing is committed
    }

    @Test
    void checker_names_an_applied_transaction_that_was_published_again() throws Exception {
        Transaction applied = clean.west().log().stream()
                .filter(each -> each.changes().stream()
                        .anyMatch(change -> change.table().name().equals("entry")))
                .findFirst()
                .orElseThrow();
        List<Transaction> log = clean.east().log();
        TransactionHeader last = log.get(log.size() - 1).header();
        TransactionHeader forged = new TransactionHeader(
                last.origin(), last.position() + 1, last.commitPosition() + 1, last.version(), last.seen());
        String topic = sites.east().config().logTopic();
        byte[] record =
                new TransactionCodec().encode(new LogRecord.Part(1 << 20, forged, 0, true, 0, applied.changes()));
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", sites.kafka().bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, 0, null, record)).get();
        }

        List<Transaction> looped = TopicReader.transactions(
                sites.kafka().bootstrapServers(), topic, sites.east().config().site());
        try (Connection east = sites.east().connectAsAdministrator()) {
            Facts spoilt = clean.with(SiteFacts.read("east", east, looped), clean.west());

            assertThat(Checkers.NO_LOOP.violations(spoilt))
                    .anySatisfy(each -> assertThat(each).contains("transaction w", "was published again at east"));
        }
    }

    @Test
    void checkers_name_a_figure_that_is_too_great() {
        List<Measure> measured = List.of(new Measure("time to recovery", 2, 1), new Measure("threads", 1, 1));
        Facts facts = new Facts(
                clean.outcomes(),
                clean.submissions(),
                clean.east(),
                clean.west(),
                List.of(),
                List.of(),
                List.of(),
                measured,
                measured);

        assertThat(Checkers.RECOVERY.violations(facts)).containsExactly("time to recovery: 2 of at most 1");
        assertThat(Checkers.BOUNDED.violations(facts)).containsExactly("time to recovery: 2 of at most 1");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            assertThat(rows.next()).as(query).isTrue();
            return rows.getString(1);
        }
    }
}
