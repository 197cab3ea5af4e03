package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.SiteFixture;
import io.gemel.deploy.embedded.PostgresServer.Version;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One transaction of very many rows passes through small site processes, and the other direction goes on meanwhile. */
class LargeTransactionIT {
    private static final int ROWS = Integer.getInteger("gemel.test.large.rows", 1_000_000);
    private static final int UPDATED_ROWS = ROWS / 10;
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int PAUSE_MILLIS = 20;

    @TempDir
    Path folder;

    @Test
    void passes_while_the_other_direction_delivers() throws Exception {
        try (TwoSites sites = TwoSites.start(folder, Version.V18, Map.of())) {
            sites.schema(TwoSites.PROBE)
                    .schema(
                            "CREATE TABLE large (id bigint PRIMARY KEY, what text)",
                            "CREATE TABLE entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz)")
                    .prepare();
            for (SiteFixture site : new SiteFixture[] {sites.east(), sites.west()}) {
                SiteProcess process = sites.process(site, site.config().site().name(), "-Xmx512m")
                        .start();
                await().atMost(LIMIT).until(() -> process.status().contains("\"leader\" : true"));
            }
            AtomicBoolean stopped = new AtomicBoolean();
            ExecutorService threads = Executors.newSingleThreadExecutor();
            Future<Integer> writer = threads.submit(() -> writeSmallOnes(sites.west(), stopped));

            sites.east().execute("INSERT INTO large SELECT i, 'row ' || i FROM generate_series(1, " + ROWS + ") i");
            pass(sites, "insert", "SELECT count(*) FROM large", String.valueOf(ROWS));
            sites.east().execute("UPDATE large SET what = 'changed ' || id WHERE id <= " + UPDATED_ROWS);
            pass(
                    sites,
                    "update",
                    "SELECT count(*) FROM large WHERE what LIKE 'changed%'",
                    String.valueOf(UPDATED_ROWS));

            stopped.set(true);
            String written = String.valueOf(writer.get());
            threads.shutdown();
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(TwoSites.texts(sites.east(), "SELECT count(*) FROM entry"))
                            .containsExactly(written));
            sites.settle();
            String sum = "SELECT count(*), sum(hashtextextended(large::text, 0)) FROM large";
            assertThat(TwoSites.texts(sites.west(), sum)).isEqualTo(TwoSites.texts(sites.east(), sum));
        }
    }

    private static int writeSmallOnes(SiteFixture site, AtomicBoolean stopped) throws Exception {
        int written = 0;
        while (!stopped.get()) {
            site.execute("INSERT INTO entry (at) VALUES (clock_timestamp())");
            written++;
            Thread.sleep(PAUSE_MILLIS);
        }
        return written;
    }

    /** Waits for the large transaction at the peer; small ones must have come the other way before it was there. */
    private static void pass(TwoSites sites, String what, String query, String expected) throws SQLException {
        long begun = System.nanoTime();
        long before = arrived(sites);
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(
                        () -> assertThat(TwoSites.texts(sites.west(), query)).containsExactly(expected));
        long meanwhile = arrived(sites) - before;
        System.out.println("LargeTransactionIT: " + what + " of " + expected + " rows arrived after "
                + (System.nanoTime() - begun) / 1_000_000 + " ms, meanwhile " + meanwhile
                + " transactions came the other way");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(arrived(sites)).isGreaterThan(before));
    }

    private static long arrived(TwoSites sites) throws SQLException {
        return Long.parseLong(
                TwoSites.texts(sites.east(), "SELECT count(*) FROM entry").get(0));
    }
}
