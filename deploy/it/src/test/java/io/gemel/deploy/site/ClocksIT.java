package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.status.SideState;
import io.gemel.reason.Advice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clocks that are coarse, wrong or step back decide who wins, but never whether the sites stay equal. */
class ClocksIT {
    private static final long MINUTES = Duration.ofMinutes(5).toNanos() / 1_000;
    private static final long COARSE = Duration.ofSeconds(20).toNanos() / 1_000;
    private static final int TRANSACTIONS = 200;
    private static final Duration LIMIT = Duration.ofMinutes(4);

    @TempDir
    Path folder;

    @Test
    void stays_equal_whatever_the_clocks_say() throws Exception {
        long seed = Long.getLong("gemel.test.seed", System.nanoTime());
        System.out.println("ClocksIT seed " + seed + " (repeat with -Dgemel.test.seed=" + seed + ")");
        try (TwoSites sites = TwoSites.start(folder, Version.V18, Map.of("clock.ahead.max", "10m"))) {
            sites.schema(TwoSites.PROBE).schema(PairWriter.SCHEMA).prepare();
            AtomicLong offset = new AtomicLong();
            LongUnaryOperator clock = micros -> (micros / COARSE) * COARSE; // whole runs of equal timestamps
            sites.run(sites.east(), micros -> clock.applyAsLong(micros) + offset.get());
            sites.run(sites.west(), clock);

            for (long each : new long[] {0, MINUTES, -MINUTES}) { // equal, ahead, stepped back
                offset.set(each);
                sites.pause();
                writeAtBoth(sites, "t" + each, new Random(seed + each));
                sites.resume();
                sites.settle();
                sites.assertEqual("account", "left_half", "right_half");
            }
            String pairs = "SELECT least(local_site || local_position, incoming_site || incoming_position),"
                    + " greatest(local_site || local_position, incoming_site || incoming_position), key, winner_site"
                    + " FROM gemel.journal ORDER BY 1, 2, 3";
            assertThat(TwoSites.texts(sites.west(), pairs)).isNotEmpty().isEqualTo(TwoSites.texts(sites.east(), pairs));
        }
    }

    @Test
    @Follows(Advice.APPLY_CLOCK_AHEAD)
    void refuses_versions_from_the_future_until_the_bound_is_raised() throws Exception {
        try (TwoSites sites = TwoSites.start(folder, Version.V18, Map.of())) {
            sites.schema(TwoSites.PROBE).schema(PairWriter.SCHEMA).prepare();
            sites.run(sites.east(), micros -> micros + MINUTES);
            SiteSupervisor west = sites.run(sites.west(), LongUnaryOperator.identity());
            // Heartbeats tell, but each only the time less its way here.
            await().atMost(LIMIT).until(() -> west.report().clock().skewMillis() > MINUTES / 1_000 - 2_000);
            sites.east().execute("INSERT INTO account VALUES (1, 'ahead', 0)");
            await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(west.report().apply().state()).isEqualTo(SideState.HALTED);
                assertThat(west.report().apply().reason()).contains("the clock of east", "clock.ahead.max");
            });
            assertThat(TwoSites.rows(sites.west(), "account")).isEmpty();
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(west.report().clock().skewMillis())
                            .isBetween(MINUTES / 1_000 - 2_000, MINUTES / 1_000 + 1_000));

            west.close();
            sites.west().with("clock.ahead.max", "10m");
            sites.run(sites.west(), LongUnaryOperator.identity());
            sites.awaitRow(sites.west(), "SELECT FROM account");
            assertThat(TwoSites.rows(sites.west(), "account")).containsExactly("(1,ahead,0)");
        }
    }

    /** Runs a writer at each site until both have had enough commits acknowledged. */
    private static void writeAtBoth(TwoSites sites, String name, Random random) throws Exception {
        AtomicBoolean stopped = new AtomicBoolean();
        List<PairWriter> writers = List.of(
                new PairWriter(sites.east(), "e" + name, new Random(random.nextLong()), stopped),
                new PairWriter(sites.west(), "w" + name, new Random(random.nextLong()), stopped));
        ExecutorService threads = Executors.newFixedThreadPool(writers.size());
        List<Future<Void>> running = new ArrayList<>();
        writers.forEach(each -> running.add(threads.submit(each)));
        await().atMost(LIMIT)
                .until(() ->
                        writers.stream().allMatch(each -> each.acknowledged().size() >= TRANSACTIONS));
        stopped.set(true);
        for (Future<Void> each : running) {
            each.get();
        }
        threads.shutdown();
    }
}
