package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.status.RouterApi;
import io.gemel.deploy.status.SideState;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a site has received of a lost peer is applied before a barrier lets anybody pass. */
class BarrierIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration SHORT = Duration.ofMillis(1500);

    @TempDir
    static Path folder;

    private static TwoSites sites;

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of());
        sites.schema(TwoSites.PROBE)
                .schema("CREATE TABLE item (id int PRIMARY KEY, n int)", "INSERT INTO item VALUES (1, 0)")
                .prepare()
                .run();
        sites.east().execute("ALTER TABLE item ADD CHECK (n < 1000)");
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    @BeforeEach
    void settle() throws Exception {
        sites.settle();
    }

    @Test
    void passes_when_everything_in_the_log_is_applied() throws Exception {
        for (int i = 1; i <= 50; i++) {
            sites.west().execute("UPDATE item SET n = " + i + " WHERE id = 1");
            // Nothing but what Kafka holds counts, so it must be there first.
            assertThat(sites.supervisors().get(1).desk().durable(RouterApi.Level.SHIPPED, LIMIT))
                    .isEmpty();

            assertThat(east().barrier("west", "", LIMIT)).isEmpty();
            assertThat(value()).isEqualTo(String.valueOf(i));
        }
    }

    @Test
    void waits_for_a_transaction_that_cannot_be_applied_yet() throws Exception {
        try (Connection holder = lockedRow()) {
            sites.west().execute("UPDATE item SET n = 101 WHERE id = 1");
            assertThat(sites.supervisors().get(1).desk().durable(RouterApi.Level.SHIPPED, LIMIT))
                    .isEmpty();

            awaitObstacle("the peer's log is not applied to offset");
            holder.rollback();
        }
        assertThat(east().barrier("west", "", LIMIT)).isEmpty();
        assertThat(value()).isEqualTo("101");
    }

    @Test
    void takes_what_was_received_for_the_whole_log_when_kafka_is_lost() throws Exception {
        try (Connection holder = lockedRow()) {
            sites.west().execute("UPDATE item SET n = 201 WHERE id = 1");
            awaitApplierWaitsForTheRow();
            sites.kafka().close();

            awaitObstacle("not applied as far as it was received");
            CompletableFuture<Optional<String>> passed = CompletableFuture.supplyAsync(BarrierIT::barrier);
            holder.rollback();
            assertThat(passed.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEmpty();
            assertThat(value()).isEqualTo("201");
        } finally {
            sites.kafka().start();
        }
    }

    @Test
    void says_at_once_that_the_applier_is_paused() throws Exception {
        SiteSupervisor east = sites.supervisors().get(0);
        east.pause();
        await().atMost(LIMIT).until(() -> east.report().apply().state() == SideState.PAUSED);
        sites.west().execute("UPDATE item SET n = 301 WHERE id = 1");
        assertThat(sites.supervisors().get(1).desk().durable(RouterApi.Level.SHIPPED, LIMIT))
                .isEmpty();

        assertThat(CompletableFuture.supplyAsync(BarrierIT::barrier).get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .hasValueSatisfying(reason -> assertThat(reason).contains("the applier is PAUSED"));
        east.resume();
        assertThat(east().barrier("west", "", LIMIT)).isEmpty();
    }

    @Test
    void lets_no_submission_pass_that_is_parked() throws Exception {
        sites.west()
                .execute("DO $$ BEGIN INSERT INTO gemel.submission (key, attempt, site) VALUES ('k', 1, 'west');"
                        + " INSERT INTO item VALUES (2, 5000); END $$");
        sites.awaitRow(sites.east(), "SELECT FROM gemel.parked");

        assertThat(east().barrier("west", "other", LIMIT)).isEmpty();
        assertThat(east().barrier("west", "k", LIMIT))
                .hasValueSatisfying(reason -> assertThat(reason).contains("submission k is parked here"));
    }

    @Test
    void knows_the_log_of_its_peer_only() throws Exception {
        assertThat(east().barrier("east", "", LIMIT))
                .hasValueSatisfying(reason -> assertThat(reason).contains("applies the log of west, not of east"));
    }

    private static RouterApi east() {
        return sites.supervisors().get(0).desk();
    }

    /** Waits for much longer than this test. */
    private static Optional<String> barrier() {
        try {
            return east().barrier("west", "", LIMIT.multipliedBy(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    /** A busy Kafka may not say in time where the log ends. */
    private static void awaitObstacle(String words) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(east().barrier("west", "", SHORT))
                        .hasValueSatisfying(reason -> assertThat(reason).contains(words)));
    }

    private static String value() throws SQLException {
        return TwoSites.texts(sites.east(), "SELECT n FROM item WHERE id = 1").get(0);
    }

    /** A transaction of the application that holds the row at east without changing it. */
    private static Connection lockedRow() throws SQLException {
        Connection holder = sites.east().connectAsAdministrator();
        holder.setAutoCommit(false);
        try (Statement statement = holder.createStatement()) {
            statement.execute("SELECT FROM item WHERE id = 1 FOR UPDATE");
        }
        return holder;
    }

    private static void awaitApplierWaitsForTheRow() {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !TwoSites.texts(
                                sites.east(),
                                "SELECT pid FROM pg_stat_activity WHERE application_name = 'gemel-apply-east'"
                                        + " AND wait_event_type = 'Lock'")
                        .isEmpty());
    }
}
