package io.gemel.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.capture.api.CaptureException;
import io.gemel.capture.api.CaptureException.Classification;
import io.gemel.conflict.log.LogCursor;
import io.gemel.deploy.embedded.PostgresServer.StopMode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.Marker;
import io.gemel.transaction.SiteId;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CaptureRestartIT {
    private static final String ENTRY = "CREATE TABLE entry (id int PRIMARY KEY, note text)";

    @TempDir
    static Path folder;

    private static CaptureServers servers;

    @BeforeAll
    static void start() {
        servers = new CaptureServers(folder);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void publishes_everything_once_through_restarts_and_broken_connections(Version version) throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int transactions = 2_000;
        try (CaptureFixture site = servers.site(version, ENTRY).partBytesMax(4096)) {
            Writer writer = new Writer(site, transactions);
            Thread writing = new Thread(writer, "writer");
            writing.start();
            int restarts = 0;
            while (writing.isAlive() || restarts < 6) {
                CaptureFixture.Running running = site.start();
                int target = writer.written.get() + random.nextInt(200);
                Awaitility.await()
                        .atMost(CaptureFixture.PATIENCE)
                        .until(() -> writer.written.get() >= target || !writing.isAlive());
                if (random.nextBoolean()) {
                    String ended = "SELECT count(pg_terminate_backend(active_pid)) FROM pg_replication_slots"
                            + " WHERE slot_name = '" + site.slot() + "' AND active_pid IS NOT NULL";
                    Awaitility.await()
                            .atMost(CaptureFixture.PATIENCE)
                            .until(() -> site.query(ended).equals("1"));
                    Awaitility.await().atMost(CaptureFixture.PATIENCE).until(() -> running.failure.get() != null);
                    assertThat(running.failure.get().classification()).isEqualTo(Classification.RETRY);
                }
                site.stop();
                restarts++;
            }
            writing.join();
            assertThat(writer.failed).isFalse();
            site.start();
            site.execute("INSERT INTO entry VALUES (0, 'end')");

            Awaitility.await()
                    .atMost(CaptureFixture.PATIENCE)
                    .until(() -> counted(site).stream().anyMatch(part -> "0".equals(firstKey(part))));
            assertComplete(counted(site), transactions);
        }
    }

    /** The parts that count, as a reader of the log takes them. */
    private static List<LogRecord.Part> counted(CaptureFixture site) throws Exception {
        SiteId origin = site.config().site();
        LogCursor cursor = new LogCursor(origin, Marker.none(origin));
        List<LogRecord.Part> counted = new ArrayList<>();
        List<LogRecord.Part> open = new ArrayList<>();
        for (LogRecord record : site.log()) {
            LogCursor.Verdict verdict = cursor.next(record);
            if (verdict == LogCursor.Verdict.DISCARD_OPEN_PARTS) {
                open.clear();
            } else if (verdict == LogCursor.Verdict.TAKE && record instanceof LogRecord.Part part) {
                open.add(part);
                if (part.last()) {
                    counted.addAll(open);
                    open.clear();
                }
            }
        }
        return counted;
    }

    private static String firstKey(LogRecord.Part part) {
        return part.changes().isEmpty()
                ? ""
                : part.changes().get(0).key().values().get(0);
    }

    /** Every row once, every transaction at one position, its rows together and in order. */
    private static void assertComplete(List<LogRecord.Part> parts, int transactions) {
        List<String> keys = parts.stream()
                .flatMap(part -> part.changes().stream())
                .map(change -> change.key().values().get(0))
                .toList();
        assertThat(keys).doesNotHaveDuplicates();
        assertThat(Set.copyOf(keys))
                .containsAll(IntStream.rangeClosed(1, transactions)
                        .mapToObj(i -> Integer.toString(i * Writer.ROWS_MAX))
                        .collect(Collectors.toSet()));
        assertThat(keys.subList(0, keys.size() - 1))
                .isSortedAccordingTo((a, b) -> Integer.parseInt(a) - Integer.parseInt(b));
        assertThat(keys).hasSize(Writer.rows(transactions) + 1);
    }

    /** Transactions of one to a hundred rows with ascending keys. */
    private static final class Writer implements Runnable {
        static final int ROWS_MAX = 100;

        final AtomicInteger written = new AtomicInteger();
        final AtomicBoolean failed = new AtomicBoolean();
        private final CaptureFixture site;
        private final int transactions;

        Writer(CaptureFixture site, int transactions) {
            this.site = site;
            this.transactions = transactions;
        }

        static int rowsOf(int transaction) {
            return transaction % 50 == 0 ? ROWS_MAX : 1 + transaction % 3;
        }

        static int rows(int transactions) {
            return IntStream.rangeClosed(1, transactions).map(Writer::rowsOf).sum();
        }

        @Override
        public void run() {
            try (Connection connection = site.connect();
                    Statement statement = connection.createStatement()) {
                for (int i = 1; i <= transactions; i++) {
                    int first = i * ROWS_MAX;
                    statement.execute("INSERT INTO entry SELECT n, repeat('x', 100) FROM generate_series(" + first
                            + ", " + (first + rowsOf(i) - 1) + ") AS n");
                    written.incrementAndGet();
                }
            } catch (SQLException e) {
                failed.set(true);
            }
        }
    }

    @Test
    void gives_a_transaction_that_was_read_again_the_same_version() throws Exception {
        try (CaptureFixture site = servers.site(Version.V18, ENTRY)) {
            site.start();
            site.applied(5, 9_000_000_000_000_000L, "INSERT INTO entry VALUES (1, 'peer')");
            site.execute("INSERT INTO entry VALUES (2, 'own')");
            LogRecord.Part before = site.await(1).get(0);
            site.stop();
            site.execute("INSERT INTO entry VALUES (3, 'while away')");
            CaptureFixture.Running running = site.start();

            LogRecord.Part after = site.await(2).get(1);

            assertThat(after.header().position()).isEqualTo(2);
            assertThat(after.header().version().micros())
                    .isEqualTo(before.header().version().micros() + 1);
            assertThat(after.header().seen()).isEqualTo(5);
            assertThat(after.epoch()).isEqualTo(before.epoch() + 1);
            assertThat(running.window.keys()).isEqualTo(2);
        }
    }

    @Test
    void fences_a_writer_that_was_replaced() throws Exception {
        try (CaptureFixture site = servers.site(Version.V18, ENTRY)) {
            CaptureFixture.Running old = site.start();
            site.execute("INSERT INTO entry VALUES (1, 'old')");
            site.await(1);
            CaptureFixture.Running replacing = site.start();
            site.execute("INSERT INTO entry VALUES (2, 'new')");

            Awaitility.await().atMost(CaptureFixture.PATIENCE).until(() -> old.failure.get() != null);
            Awaitility.await()
                    .atMost(CaptureFixture.PATIENCE)
                    .until(() -> counted(site).size() == 2);

            assertThat(old.failure.get().classification()).isEqualTo(Classification.RETRY);
            assertThat(replacing.failure).hasNullValue();
            assertThat(counted(site)).extracting(LogRecord.Part::epoch).containsExactly(1L, 2L);
            old.capture.close();
        }
    }

    @Test
    void goes_on_after_the_database_was_restarted() throws Exception {
        try (CaptureFixture site = servers.site(Version.V15, ENTRY)) {
            CaptureFixture.Running running = site.start();
            site.execute("INSERT INTO entry VALUES (1, 'before')");
            site.await(1);
            site.server().stop(StopMode.IMMEDIATE);
            Awaitility.await().atMost(CaptureFixture.PATIENCE).until(() -> running.failure.get() != null);
            assertThat(running.failure.get().classification()).isEqualTo(Classification.RETRY);
            assertThatThrownBy(site::start)
                    .isInstanceOfSatisfying(
                            CaptureException.class,
                            e -> assertThat(e.classification()).isEqualTo(Classification.RETRY));
            site.stop();
            site.server().start();
            site.start();
            site.execute("INSERT INTO entry VALUES (2, 'after')");

            Awaitility.await()
                    .atMost(CaptureFixture.PATIENCE)
                    .until(() -> counted(site).size() == 2);
        }
    }

    @Test
    void leaves_no_thread_and_no_active_slot_behind() throws Exception {
        try (CaptureFixture site = servers.site(Version.V18, ENTRY)) {
            Set<Thread> before = Thread.getAllStackTraces().keySet();
            site.start();
            site.execute("INSERT INTO entry VALUES (1, 'x')");
            site.await(1);

            site.stop();

            assertThat(site.query("SELECT active FROM pg_replication_slots WHERE slot_name = '" + site.slot() + "'"))
                    .isEqualTo("f");
            Awaitility.await()
                    .pollInSameThread()
                    .atMost(CaptureFixture.PATIENCE)
                    .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                            .filteredOn(thread -> !before.contains(thread))
                            .filteredOn(thread -> thread.getName().matches("(gemel|debezium|pool-|kafka-producer).*"))
                            .isEmpty());
        }
    }
}
