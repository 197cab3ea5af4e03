package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.StopMode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Site processes are killed at random instants, databases and the broker end and come back, while applications at both sites
 * go on writing. Nobody fixes anything by hand; afterwards nothing is lost, doubled, halved or different.
 */
class KilledProcessesIT {
    private static final int KILLS = Integer.getInteger("gemel.test.kills", 8);
    private static final int SERVER_FAULT_EVERY = 4;
    private static final int KILL_PAUSE_MILLIS_MAX = 1_500;
    private static final int LEADERS_EVERY = 4;
    private static final Duration LEADERS_LIMIT = Duration.ofSeconds(20);
    private static final int SITES = 2;

    @TempDir
    Path folder;

    @Test
    void loses_nothing_and_doubles_nothing_when_processes_are_killed_again_and_again() throws Exception {
        long seed = Long.getLong("gemel.test.seed", System.nanoTime());
        System.out.println("KilledProcessesIT seed " + seed + " (repeat with -Dgemel.test.seed=" + seed + ")");
        try (TwoSites sites = TwoSites.start(folder, Version.V18, KafkaServer.Mode.CHILD_PROCESS, Map.of())) {
            sites.schema(TwoSites.PROBE).schema(PairWriter.SCHEMA).prepare();
            List<SiteProcess> processes = List.of(
                    sites.process(sites.east(), "east").start(),
                    sites.process(sites.east(), "east-standby").start(),
                    sites.process(sites.west(), "west").start());
            AtomicBoolean stopped = new AtomicBoolean();
            List<PairWriter> writers = List.of(
                    new PairWriter(sites.east(), "e0", new Random(seed), stopped),
                    new PairWriter(sites.east(), "e1", new Random(seed + 1), stopped),
                    new PairWriter(sites.west(), "w0", new Random(seed + 2), stopped),
                    new PairWriter(sites.west(), "w1", new Random(seed + 3), stopped));
            List<Watcher> watchers = List.of(new Watcher(sites.east(), stopped), new Watcher(sites.west(), stopped));

            ExecutorService threads = Executors.newCachedThreadPool();
            List<Callable<Void>> background = new ArrayList<>(writers);
            background.addAll(watchers);
            List<Future<Void>> running =
                    background.stream().map(threads::submit).toList();
            breakThings(sites, processes, new Random(seed + 4));
            stopped.set(true);
            for (Future<Void> each : running) {
                each.get();
            }
            threads.shutdown();

            settle(sites, processes);
            assertThat(watchers)
                    .allSatisfy(each -> assertThat(each.halves.get()).isZero());
            assertThat(watchers).allSatisfy(each -> assertThat(each.looks.get()).isPositive());
            assertNothingLost(sites, writers);
            assertSameConflicts(sites);
            assertPublishedOnce(sites);
        }
    }

    private static void settle(TwoSites sites, List<SiteProcess> processes) throws Exception {
        try {
            sites.settle();
        } catch (ConditionTimeoutException e) {
            for (SiteProcess process : processes) {
                System.out.println(process + ": " + process.status());
            }
            throw e;
        }
    }

    /** Kills a process at every turn and starts it again; now and then ends a server as well. */
    private static void breakThings(TwoSites sites, List<SiteProcess> processes, Random random) throws Exception {
        for (int i = 1; i <= KILLS; i++) {
            if (i % LEADERS_EVERY == 0) {
                awaitLeaders(processes);
            }
            Thread.sleep(random.nextInt(KILL_PAUSE_MILLIS_MAX));
            SiteProcess process = processes.get(random.nextInt(processes.size()));
            process.kill();
            if (i % SERVER_FAULT_EVERY == 0) {
                breakServer(sites, random);
            }
            process.start();
        }
    }

    /** Lets both sites come to work, so that not only beginners are killed; on a slow machine the next kill comes anyway. */
    private static void awaitLeaders(List<SiteProcess> processes) throws InterruptedException {
        long deadline = System.nanoTime() + LEADERS_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            int leaders = 0;
            for (SiteProcess process : processes) {
                leaders += process.status().contains("\"leader\" : true") ? 1 : 0;
            }
            if (leaders == SITES) {
                return;
            }
            Thread.sleep(100);
        }
    }

    private static void breakServer(TwoSites sites, Random random) {
        PostgresServer server = random.nextBoolean() ? sites.eastServer() : sites.westServer();
        switch (random.nextInt(3)) {
            case 0 -> {
                server.stop(StopMode.FAST);
                server.start();
            }
            case 1 -> {
                server.stop(StopMode.IMMEDIATE);
                server.start();
            }
            default -> {
                sites.kafka().kill();
                sites.kafka().start();
            }
        }
    }

    /** Every acknowledged transaction is at both sites, and so is each one in doubt or at neither. */
    private static void assertNothingLost(TwoSites sites, List<PairWriter> writers) throws SQLException {
        sites.assertEqual("account", "left_half", "right_half");
        Set<String> acknowledged = new HashSet<>();
        writers.forEach(each -> acknowledged.addAll(each.acknowledged()));
        Set<String> found = new HashSet<>(TwoSites.texts(sites.west(), "SELECT id FROM left_half"));
        assertThat(found).containsAll(acknowledged);
        System.out.println("KilledProcessesIT: " + KILLS + " kills, " + acknowledged.size()
                + " transactions acknowledged, " + (found.size() - acknowledged.size()) + " in doubt and committed");
    }

    private static void assertSameConflicts(TwoSites sites) throws SQLException {
        String pairs =
                "SELECT least(local_site || local_position, incoming_site || incoming_position), greatest(local_site"
                        + " || local_position, incoming_site || incoming_position), key, winner_site FROM gemel.journal"
                        + " ORDER BY 1, 2, 3";
        List<String> east = TwoSites.texts(sites.east(), pairs);
        System.out.println("KilledProcessesIT: " + east.size() + " conflicts");
        assertThat(TwoSites.texts(sites.west(), pairs)).isEqualTo(east);
        assertThat(east).isNotEmpty().doesNotHaveDuplicates();
    }

    /** The origin's log alone holds each of its transactions, once. */
    private static void assertPublishedOnce(TwoSites sites) throws Exception {
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            SiteId name = site.config().site();
            List<String> published = new ArrayList<>();
            for (Change change : TopicReader.changes(
                    sites.kafka().bootstrapServers(), site.config().logTopic(), name)) {
                RowImage after = change.after();
                if (after != null && change.table().name().equals("left_half")) {
                    published.add(String.valueOf(after.key().values().get(0)));
                }
            }
            String born =
                    "SELECT id FROM left_half WHERE id LIKE '" + name.name().charAt(0) + "%'";
            assertThat(published)
                    .as("log of " + name)
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(TwoSites.texts(site, born));
        }
    }

    /** Looks for half a transaction as long as the test runs, and makes the server write checkpoints all the while. */
    private static final class Watcher implements Callable<Void> {
        final AtomicLong looks = new AtomicLong();
        final AtomicLong halves = new AtomicLong();
        private final SiteFixture site;
        private final AtomicBoolean stopped;

        Watcher(SiteFixture site, AtomicBoolean stopped) {
            this.site = site;
            this.stopped = stopped;
        }

        @Override
        public Void call() throws InterruptedException {
            while (!stopped.get()) {
                Thread.sleep(100);
                try {
                    halves.addAndGet(Long.parseLong(
                            TwoSites.texts(site, PairWriter.HALF_TRANSACTIONS).get(0)));
                    looks.incrementAndGet();
                    site.execute("CHECKPOINT");
                } catch (SQLException e) {
                    looks.get(); // the server is away: look again
                }
            }
            return null;
        }
    }
}
