package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.check.Check;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.config.SiteConfigFile;
import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.StopMode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.prepare.Administrator;
import io.gemel.deploy.status.SideState;
import io.gemel.deploy.status.StatusReport;
import io.gemel.reason.Advice;
import io.gemel.reason.ReasonCode;
import io.gemel.transaction.LogOwner;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.codec.TransactionCodec;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Site processes of the right name that are started on a wrong database while both sites of a pair are written to: each refuses and
 * writes nothing, {@code gemel check} and {@code gemel prepare} say the same, and the pair goes on.
 */
class LogOwnerIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int TRIALS = Integer.getInteger("gemel.test.owner.trials", 2);
    private static final String COPIED = "copy";

    @TempDir
    static Path folder;

    private static TwoSites sites;
    private static PostgresServer copy;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<PairWriter> writers = new ArrayList<>();
    private final List<Future<Void>> writing = new ArrayList<>();
    private long seed;

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of());
        sites.schema(TwoSites.PROBE).schema(PairWriter.SCHEMA).prepare().run();
        sites.settle();
        copyEast();
    }

    /** East's cluster as a snapshot of its disk would have it, slots and all. */
    private static void copyEast() throws Exception {
        sites.eastServer().stop(StopMode.FAST);
        Path copied = folder.resolve(COPIED);
        Process copying = new ProcessBuilder("cp", "-a", folder.resolve("east").toString(), copied.toString())
                .inheritIO()
                .start();
        assertThat(copying.waitFor()).isZero();
        sites.eastServer().start();
        sites.settle();
        copy = PostgresServer.builder(copied)
                .version(Version.V18)
                .withoutFsync()
                .withPasswords()
                .build();
    }

    @AfterAll
    static void stop() {
        copy.close();
        sites.close();
    }

    @BeforeEach
    void write() {
        seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        writers.add(new PairWriter(sites.east(), "e" + seed, new Random(random.nextLong()), stopped));
        writers.add(new PairWriter(sites.west(), "w" + seed, new Random(random.nextLong()), stopped));
        writers.forEach(writer -> writing.add(threads.submit(writer)));
    }

    /** Everything that was acknowledged is at both sites, once, and nobody but east's own process opened its log. */
    @AfterEach
    void the_pair_goes_on() throws Exception {
        long before = sites.supervisors().get(1).report().apply().appliedPosition();
        await().atMost(LIMIT)
                .until(() -> sites.supervisors().get(1).report().apply().appliedPosition() > before + 10);
        stopped.set(true);
        for (Future<Void> each : writing) {
            each.get();
        }
        threads.shutdown();
        sites.settle();
        sites.assertEqual("account", "left_half", "right_half");
        for (PairWriter writer : writers) {
            assertThat(Set.copyOf(TwoSites.texts(sites.west(), "SELECT id FROM left_half")))
                    .containsAll(writer.acknowledged());
        }
    }

    @Test
    @Follows(Advice.CAPTURE_PEERS_DATABASE)
    void other_sites_database() throws Exception {
        for (int i = 0; i < TRIALS; i++) {
            assertRefused(
                    configOf(
                            "swapped", Map.of("database.url", sites.westServer().jdbcUrl("west")), westRole()),
                    "holds the replication slot gemel_west",
                    "correct database.url");
        }
    }

    @Test
    @Follows(Advice.CAPTURE_OTHER_DATABASE)
    void database_of_a_second_pair_with_the_same_names_on_one_kafka() throws Exception {
        try (PostgresServer second = PostgresServer.builder(folder.resolve("second"))
                .version(Version.V15)
                .withoutFsync()
                .withPasswords()
                .build()
                .start()) {
            second.execute(
                    "postgres",
                    "CREATE DATABASE east",
                    "CREATE ROLE gemel_of_east LOGIN REPLICATION PASSWORD 's3cret'");
            second.execute("east", PairWriter.SCHEMA);
            SiteConfig own = configOf(
                    "second", Map.of("database.url", second.jdbcUrl("east"), "log.topic.prefix", "second"), Map.of());
            assertThat(prepare(own).code()).isZero();
            SiteConfig config = configOf("second", Map.of("database.url", second.jdbcUrl("east")), Map.of());
            assertPrepareRefuses(config, "belongs to the database", "log.topic.prefix");
            for (int i = 0; i < TRIALS; i++) {
                assertRefused(config, "belongs to the database", "log.topic.prefix");
            }
        }
    }

    @Test
    @Follows(Advice.CAPTURE_SLOT_ELSEWHERE)
    void database_of_a_second_pair_on_the_same_server() throws Exception {
        sites.eastServer().execute("postgres", "CREATE DATABASE other");
        sites.eastServer().execute("other", PairWriter.SCHEMA);
        SiteConfig config = configOf(
                "neighbour",
                Map.of("database.url", sites.eastServer().jdbcUrl("other"), "log.topic.prefix", "neighbour"),
                Map.of());
        Printed printed = prepare(config);
        assertThat(printed.code()).isEqualTo(1);
        assertThat(printed.text())
                .contains("slot gemel_east", "east", "different names")
                .doesNotContain("drop");
        assertRefused(config, "belongs to database east", "names");
    }

    @Test
    @Follows(Advice.CAPTURE_LEFT_BEHIND)
    void restored_copy_that_is_a_standby_first_and_is_promoted_later() throws Exception {
        Files.createFile(folder.resolve(COPIED).resolve("data").resolve("standby.signal"));
        copy.start();
        SiteConfig config = configOf("restored", Map.of("database.url", copy.jdbcUrl("east")), Map.of());
        try (SiteSupervisor restored =
                new SiteSupervisor(config, LongUnaryOperator.identity(), InstantSource.system())) {
            restored.start();
            await().atMost(LIMIT)
                    .untilAsserted(
                            () -> assertThat(restored.reason()).contains("is a standby", "until it is promoted"));
            copy.execute("east", "SELECT pg_promote()");
            awaitHalted(restored, "restored from a backup");
        }
        for (int i = 0; i < TRIALS; i++) {
            // What the copy commits on its own takes its log past everything that was published.
            copy.execute("east", "INSERT INTO left_half SELECT 'copy-" + i + "-' || g FROM generate_series(1, 1000) g");
            assertRefused(config, "restored from a backup");
        }
    }

    @Test
    @Follows(Advice.CAPTURE_TAKEN_OVER)
    void newer_epoch_that_an_earlier_release_opened_for_another_database_is_met_while_running() throws Exception {
        LogOwner other = new LogOwner(1, 2, 1, "elsewhere/bank");
        for (int i = 0; i < TRIALS; i++) {
            long next =
                    openings().stream().mapToLong(LogRecord.Opened::epoch).max().orElseThrow() + 1;
            publish(new LogRecord.Opened(next, "impostor", other));
            SiteSupervisor east = sites.supervisors().get(0);
            // As a reason it stays until the next life has run for a while.
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(20))
                    .untilAsserted(() -> assertThat(east.report().reasons())
                            .anySatisfy(reason -> assertThat(reason.text())
                                    .contains("elsewhere/bank", "epoch " + next, "stop that process")));
            await().atMost(LIMIT)
                    .until(() -> east.state() == SiteState.RUNNING
                            && east.report().reasons().isEmpty());
        }
    }

    @Test
    @Follows(reasons = ReasonCode.APPLY_LOG_TAKEN_OVER)
    void record_of_an_older_process_is_passed_over_and_told() throws Exception {
        SiteSupervisor west = sites.supervisors().get(1);
        long before = west.report().apply().outdatedRecords();
        publish(new LogRecord.Opened(0, "long dead"));
        await().atMost(LIMIT).until(() -> west.report().apply().outdatedRecords() > before);
        assertThat(sites.supervisors().get(0).state()).isEqualTo(SiteState.RUNNING);
    }

    private static void awaitHalted(SiteSupervisor site, String... words) {
        await().atMost(LIMIT).untilAsserted(() -> {
            StatusReport report = site.report();
            assertThat(report.state()).isEqualTo(SideState.HALTED);
            assertThat(report.reason()).contains(words);
        });
    }

    /** Started on this configuration, a site halts for this reason and writes nothing. */
    private void assertRefused(SiteConfig config, String... words) throws Exception {
        Set<Optional<LogOwner>> before = ownersOfLog();
        try (SiteSupervisor wrong = new SiteSupervisor(config, LongUnaryOperator.identity(), InstantSource.system())) {
            wrong.start();
            awaitHalted(wrong, words);
        }
        assertThat(ownersOfLog()).isEqualTo(before);
        Check.Result checked = Check.run(List.of(config), Clock.systemUTC());
        assertThat(checked.findings().toString()).contains(words);
        assertThat(checked.exitCode()).isEqualTo(1);
    }

    private void assertPrepareRefuses(SiteConfig config, String... words) throws Exception {
        Printed printed = prepare(config);
        assertThat(printed.code()).isEqualTo(1);
        assertThat(printed.text()).contains(words);
    }

    private record Printed(int code, String text) {}

    private static Printed prepare(SiteConfig config) throws Exception {
        StringWriter text = new StringWriter();
        Optional<Administrator> administrator = Optional.of(new Administrator("postgres", new Secret("")));
        int code = Prepare.run(config, administrator, new PrintWriter(text));
        return new Printed(code, text.toString());
    }

    /** East's configuration with some keys changed. */
    private static SiteConfig configOf(String name, Map<String, String> changed, Map<String, String> more)
            throws Exception {
        List<String> lines = new ArrayList<>(Files.readAllLines(sites.east().file()));
        Map<String, String> all = new LinkedHashMap<>(changed);
        all.putAll(more);
        all.put("status.listen", "127.0.0.1:" + FreePorts.next());
        lines.removeIf(line -> all.containsKey(line.substring(0, line.indexOf('='))));
        all.forEach((key, value) -> lines.add(key + "=" + value));
        return SiteConfigFile.read(Files.write(folder.resolve(name + ".properties"), lines));
    }

    private static Map<String, String> westRole() {
        return Map.of("database.user", sites.west().role());
    }

    /** Not the writers: east's own process opens its log anew whenever it starts capture again. */
    private static Set<Optional<LogOwner>> ownersOfLog() throws Exception {
        return openings().stream()
                .map(opened -> Optional.ofNullable(opened.owner()))
                .collect(Collectors.toSet());
    }

    private static List<LogRecord.Opened> openings() throws Exception {
        return TopicReader.records(
                        sites.kafka().bootstrapServers(), sites.east().config().logTopic())
                .stream()
                .filter(LogRecord.Opened.class::isInstance)
                .map(LogRecord.Opened.class::cast)
                .toList();
    }

    private static void publish(LogRecord record) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", sites.kafka().bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            byte[] bytes = new TransactionCodec().encode(record);
            producer.send(new ProducerRecord<>(sites.east().config().logTopic(), 0, null, bytes))
                    .get();
        }
    }
}
