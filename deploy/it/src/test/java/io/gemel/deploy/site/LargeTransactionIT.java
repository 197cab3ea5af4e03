package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.reason.Advice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One transaction of very many rows passes through small site processes, and the other direction goes on meanwhile. The window has so
 * little memory that most of it is spilled, at first to nowhere, and so small a limit that the transaction is beyond it. For a long run with the limits that
 * a site has by default: {@code -Dgemel.test.large.rows=20000000 -Dgemel.test.large.back.rows=20000000 -Dgemel.test.large.defaults=true}.
 */
class LargeTransactionIT {
    private static final int ROWS = Integer.getInteger("gemel.test.large.rows", 200_000);
    private static final int UPDATED_ROWS = ROWS / 10;
    private static final int BACK_ROWS = Integer.getInteger("gemel.test.large.back.rows", ROWS / 10);
    private static final int LOG_LINES = 50;
    private static final Duration LIMIT = Duration.ofMinutes(5).plusMillis(ROWS / 5);
    private static final boolean DEFAULTS = Boolean.getBoolean("gemel.test.large.defaults");
    private static final Pattern SPILLED = Pattern.compile("\"spilledKeys\" : [1-9]");
    private static final String[] HEAP = {"-XX:-UseSerialGC", "-XX:+UseG1GC", "-Xmx512m"};
    private static final int PAUSE_MILLIS = 20;

    @TempDir
    Path folder;

    @Test
    @Follows(Advice.CAPTURE_SPILL_FAILS)
    void passes_while_the_other_direction_delivers() throws Exception {
        try (TwoSites sites = TwoSites.start(folder, Version.V18, settings())) {
            sites.schema(TwoSites.PROBE)
                    .schema(
                            "CREATE TABLE large (id bigint PRIMARY KEY, what text)",
                            "CREATE TABLE entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz)")
                    .prepare();
            Files.createFile(spill());
            SiteProcess east = start(sites, sites.east());
            SiteProcess west = start(sites, sites.west());
            AtomicBoolean stopped = new AtomicBoolean();
            ExecutorService threads = Executors.newSingleThreadExecutor();
            Future<Integer> writer = threads.submit(() -> writeSmallOnes(sites.west(), stopped));

            sites.east().execute("INSERT INTO large SELECT i, 'row ' || i FROM generate_series(1, " + ROWS + ") i");
            awaitRefusal(east);
            Files.delete(spill());
            Files.createDirectory(spill());
            awaitSpill(east);
            pass(sites, List.of(east, west), "insert", "SELECT count(*) FROM large", String.valueOf(ROWS));
            sites.east().execute("UPDATE large SET what = 'changed ' || id WHERE id <= " + UPDATED_ROWS);
            pass(
                    sites,
                    List.of(east, west),
                    "update",
                    "SELECT count(*) FROM large WHERE what LIKE 'changed%'",
                    String.valueOf(UPDATED_ROWS));

            stopped.set(true);
            String written = String.valueOf(writer.get());
            threads.shutdown();
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(TwoSites.texts(sites.east(), "SELECT count(*) FROM entry"))
                            .containsExactly(written));
            long begun = System.nanoTime();
            sites.west().execute("DELETE FROM large WHERE id <= " + BACK_ROWS);
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(200))
                    .untilAsserted(() -> assertThat(TwoSites.texts(sites.east(), "SELECT count(*) FROM large"))
                            .containsExactly(String.valueOf(ROWS - BACK_ROWS)));
            System.out.println("LargeTransactionIT: deletion of " + BACK_ROWS + " rows went the other way in "
                    + (System.nanoTime() - begun) / 1_000_000 + " ms");
            sites.settle();
            String sum = "SELECT count(*), sum(hashtextextended(large::text, 0)) FROM large";
            assertThat(TwoSites.texts(sites.west(), sum)).isEqualTo(TwoSites.texts(sites.east(), sum));
        }
    }

    private static SiteProcess start(TwoSites sites, SiteFixture site) throws Exception {
        SiteProcess process =
                sites.process(site, site.config().site().name(), HEAP).start();
        await().atMost(LIMIT).until(() -> process.status().contains("\"leader\" : true"));
        return process;
    }

    private Map<String, String> settings() {
        return DEFAULTS
                ? Map.of("window.spill.dir", spill().toString())
                : Map.of(
                        "window.memory.max", "4MiB",
                        "window.keys.max", String.valueOf(ROWS / 2),
                        "window.spill.dir", spill().toString());
    }

    private Path spill() {
        return folder.resolve("spill");
    }

    /** There is nowhere to spill to: capture says so, and goes on when there is. */
    private void awaitRefusal(SiteProcess process) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(process.status())
                        .contains("cannot spill to " + spill(), "window.spill.dir", Advice.CAPTURE_SPILL_FAILS.code()));
    }

    private static void awaitSpill(SiteProcess process) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> SPILLED.matcher(process.status()).find());
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
    private static void pass(TwoSites sites, List<SiteProcess> processes, String what, String query, String expected)
            throws SQLException {
        long begun = System.nanoTime();
        long before = arrived(sites);
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> assertThat(TwoSites.texts(sites.west(), query))
                        .as(() ->
                                processes.stream().map(LargeTransactionIT::told).collect(Collectors.joining("\n")))
                        .containsExactly(expected));
        long meanwhile = arrived(sites) - before;
        System.out.println("LargeTransactionIT: " + what + " of " + expected + " rows arrived after "
                + (System.nanoTime() - begun) / 1_000_000 + " ms, meanwhile " + meanwhile
                + " transactions came the other way");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(arrived(sites)).isGreaterThan(before));
    }

    /** What a process says of itself, and the end of its log. */
    private static String told(SiteProcess process) {
        try {
            List<String> log = Files.readAllLines(process.log());
            return process.status() + String.join("\n", log.subList(Math.max(0, log.size() - LOG_LINES), log.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private static long arrived(TwoSites sites) throws SQLException {
        return Long.parseLong(
                TwoSites.texts(sites.east(), "SELECT count(*) FROM entry").get(0));
    }
}
