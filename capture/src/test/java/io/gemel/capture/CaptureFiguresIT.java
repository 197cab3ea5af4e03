package io.gemel.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.embedded.PostgresServer.Version;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Arrays;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prints how fast capture is here. What it asserts is only that nothing is missing. */
class CaptureFiguresIT {
    private static final int BACKLOG = 20_000;
    private static final int SINGLE = 500;

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

    @Test
    void prints_the_rate_for_a_backlog_and_the_time_from_commit_to_published() throws Exception {
        try (CaptureFixture site = servers.site(
                Version.V18,
                "CREATE TABLE branch (bid int PRIMARY KEY, balance int, filler char(88))",
                "CREATE TABLE teller (tid int PRIMARY KEY, bid int, balance int, filler char(84))",
                "CREATE TABLE account (aid int PRIMARY KEY, bid int, balance int, filler char(84))",
                "CREATE TABLE history (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tid int, bid int, aid int,"
                        + " delta int, at timestamp)",
                "INSERT INTO branch VALUES (1, 0, '')",
                "INSERT INTO teller SELECT i, 1, 0, '' FROM generate_series(1, 10) AS i",
                "INSERT INTO account SELECT i, 1, 0, '' FROM generate_series(1, 10000) AS i")) {
            backlog(site);
            long before = System.nanoTime();
            CaptureFixture.Running running = site.start();
            long started = System.nanoTime();
            Awaitility.await().atMost(CaptureFixture.PATIENCE).until(() -> running.publishedPosition.get() >= BACKLOG);
            double seconds = (System.nanoTime() - started) / 1e9;
            System.out.printf(
                    "started in %.1f s; backlog of %d transactions with 4 changes: %.2f s, %.0f transactions/s,"
                            + " %.0f changes/s%n",
                    (started - before) / 1e9, BACKLOG, seconds, BACKLOG / seconds, 4 * BACKLOG / seconds);

            long[] micros = latencies(site, running);
            System.out.printf(
                    "commit to acknowledged by Kafka, %d single updates: p50 %d us, p90 %d us, p99 %d us%n",
                    SINGLE, micros[SINGLE / 2], micros[SINGLE * 9 / 10], micros[SINGLE * 99 / 100]);
            long stopping = System.nanoTime();
            site.stop();
            System.out.printf("stopped in %.1f s%n", (System.nanoTime() - stopping) / 1e9);

            assertThat(running.changes).hasValue(4L * BACKLOG + SINGLE);
        }
    }

    private static void backlog(CaptureFixture site) throws Exception {
        site.execute("SELECT pg_replication_slot_advance('" + site.slot() + "', pg_current_wal_lsn())");
        site.execute("""
                CREATE PROCEDURE load() LANGUAGE plpgsql AS $$
                BEGIN
                  FOR i IN 1..%d LOOP
                    UPDATE account SET balance = balance + i WHERE aid = 1 + i %% 10000;
                    UPDATE teller SET balance = balance + i WHERE tid = 1 + i %% 10;
                    UPDATE branch SET balance = balance + 1 WHERE bid = 1;
                    INSERT INTO history (tid, bid, aid, delta, at) VALUES (1 + i %% 10, 1, 1 + i %% 10000, i, now());
                    COMMIT;
                  END LOOP;
                END $$
                """.formatted(BACKLOG));
        site.execute("CALL load()");
    }

    private static long[] latencies(CaptureFixture site, CaptureFixture.Running running) throws Exception {
        long[] micros = new long[SINGLE];
        try (Connection connection = site.connect();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < SINGLE; i++) {
                long position = running.publishedPosition.get() + 1;
                statement.execute("UPDATE account SET balance = 0 WHERE aid = " + (i + 1));
                long committed = System.nanoTime();
                while (running.publishedPosition.get() < position) {
                    Thread.onSpinWait();
                }
                micros[i] = (System.nanoTime() - committed) / 1_000;
            }
        }
        Arrays.sort(micros);
        return micros;
    }
}
