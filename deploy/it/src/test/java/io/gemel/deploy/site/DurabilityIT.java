package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.status.RouterApi;
import io.gemel.deploy.status.RouterApi.Level;
import io.gemel.deploy.status.SideState;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A commit is told to be shipped or applied only when it is, and soon when it can be. */
class DurabilityIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(700);
    private static final Duration AFTER_OUTAGE = Duration.ofMinutes(2);

    /** Longer than any wait here: whoever is answered did not wait for the next regular heartbeat. */
    private static final String NEVER = "1m";

    private static final int SAMPLES = 41;

    @TempDir
    static Path folder;

    private static TwoSites sites;

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of("heartbeat.interval", NEVER));
        sites.schema(TwoSites.PROBE)
                .schema("CREATE TABLE entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text)")
                .prepare()
                .run();
        sites.settle();
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    @Test
    void what_is_told_to_be_applied_is_at_the_peer() throws Exception {
        long[] millis = new long[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            sites.east().execute("INSERT INTO entry (what) VALUES ('applied " + i + "')");
            long begun = System.nanoTime();
            assertThat(east().durable(Level.APPLIED, LIMIT)).isEmpty();
            millis[i] = (System.nanoTime() - begun) / 1_000_000;
            assertThat(count("what = 'applied " + i + "'")).isEqualTo("1");
        }
        print("applied", millis);
    }

    @Test
    void what_is_told_to_be_shipped_is_in_kafka() throws Exception {
        long[] millis = new long[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            sites.east().execute("INSERT INTO entry (what) VALUES ('shipped " + i + "')");
            long begun = System.nanoTime();
            assertThat(east().durable(Level.SHIPPED, LIMIT)).isEmpty();
            millis[i] = (System.nanoTime() - begun) / 1_000_000;
        }
        print("shipped", millis);
        assertThat(TopicReader.changes(
                                sites.kafka().bootstrapServers(),
                                sites.east().config().logTopic(),
                                sites.east().config().site())
                        .stream()
                        .filter(change -> change.table().name().equals("entry")
                                && String.valueOf(change.after()).contains("shipped")))
                .hasSize(SAMPLES);
    }

    @Test
    void nothing_is_shipped_while_kafka_is_away() throws Exception {
        sites.kafka().close();
        sites.east().execute("INSERT INTO entry (what) VALUES ('in an outage')");

        awaitObstacle(Level.SHIPPED, "Kafka has not acknowledged position");

        sites.kafka().start();
        assertThat(east().durable(Level.SHIPPED, AFTER_OUTAGE)).isEmpty();
        assertThat(east().durable(Level.APPLIED, AFTER_OUTAGE)).isEmpty();
        assertThat(count("what = 'in an outage'")).isEqualTo("1");
    }

    @Test
    void nothing_is_applied_while_the_peer_is_paused() throws Exception {
        SiteSupervisor west = sites.supervisors().get(1);
        west.pause();
        await().atMost(LIMIT).until(() -> west.report().apply().state() == SideState.PAUSED);
        sites.east().execute("INSERT INTO entry (what) VALUES ('during a pause')");

        assertThat(east().durable(Level.SHIPPED, LIMIT)).isEmpty();
        awaitObstacle(Level.APPLIED, "the peer is not known in time to have applied position");

        west.resume();
        assertThat(east().durable(Level.APPLIED, LIMIT)).isEmpty();
        assertThat(count("what = 'during a pause'")).isEqualTo("1");
    }

    /** On a busy machine a short wait may end before capture has read that far. */
    private static void awaitObstacle(Level level, String words) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(east().durable(level, SHORT))
                        .hasValueSatisfying(reason -> assertThat(reason).contains(words)));
    }

    @Test
    void many_calls_share_what_is_asked_of_the_database() throws Exception {
        int calls = 200;
        List<Thread> threads = new CopyOnWriteArrayList<>();
        CountDownLatch begun = new CountDownLatch(calls);
        ExecutorService callers = Executors.newFixedThreadPool(calls, work -> {
            Thread thread = new Thread(work);
            threads.add(thread);
            return thread;
        });
        List<Future<Optional<String>>> answers = new ArrayList<>();
        long before = beats();
        try (Connection holder = sites.east().connectAsAdministrator();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("SELECT FROM gemel.heartbeat FOR UPDATE"); // nobody is answered yet
            for (int i = 0; i < calls; i++) {
                answers.add(callers.submit(() -> {
                    begun.countDown();
                    return east().durable(Level.APPLIED, LIMIT);
                }));
            }
            begun.await();
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> threads.stream().allMatch(DurabilityIT::waits));
            holder.rollback();
            for (Future<Optional<String>> answer : answers) {
                assertThat(answer.get()).isEmpty();
            }
        } finally {
            callers.shutdownNow();
        }
        assertThat(beats() - before).as("heartbeats of " + calls + " calls").isLessThan(10);
    }

    private static boolean waits(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    @Test
    void a_site_that_does_not_run_says_so() throws Exception {
        try (SiteSupervisor idle =
                new SiteSupervisor(sites.east().config(), micros -> micros, InstantSource.system())) {
            assertThat(idle.desk().durable(Level.SHIPPED, SHORT))
                    .hasValueSatisfying(reason -> assertThat(reason).contains("site east does not run"));
        }
    }

    private static RouterApi east() {
        return sites.supervisors().get(0).desk();
    }

    private static String count(String where) throws Exception {
        return TwoSites.texts(sites.west(), "SELECT count(*) FROM entry WHERE " + where)
                .get(0);
    }

    private static long beats() throws Exception {
        return Long.parseLong(
                TwoSites.texts(sites.east(), "SELECT beat FROM gemel.heartbeat").get(0));
    }

    private static void print(String level, long[] millis) {
        Arrays.sort(millis);
        System.out.println("DurabilityIT: " + level + " while idle: median " + millis[SAMPLES / 2] + " ms, longest "
                + millis[SAMPLES - 1] + " ms");
    }
}
