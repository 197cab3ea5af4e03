package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.PostgresServer.Version;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes for one site: the second goes on where the first one ended, and only one works at a time. */
class TakeOverIT {
    private static final Duration LIMIT = TwoSites.SETTLE_LIMIT;

    @TempDir
    Path folder;

    @Test
    void standby_takes_over_from_a_killed_and_from_a_frozen_leader() throws Exception {
        try (TwoSites sites = TwoSites.start(folder, Version.V18, Map.of())) {
            sites.schema(TwoSites.PROBE)
                    .schema(
                            "CREATE TABLE entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text)",
                            "CREATE SCHEMA quiet",
                            "CREATE TABLE quiet.holding (n int)",
                            "CREATE TABLE slow (id int PRIMARY KEY)",
                            "CREATE FUNCTION quiet.hold() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$ BEGIN"
                                    + " WHILE EXISTS (SELECT FROM quiet.holding) LOOP PERFORM pg_sleep(0.1); END LOOP; RETURN NEW; END $$",
                            "CREATE TRIGGER hold BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION quiet.hold()",
                            "ALTER TABLE slow ENABLE ALWAYS TRIGGER hold")
                    .prepare();
            sites.run(sites.west(), LongUnaryOperator.identity());
            SiteProcess first = sites.process(sites.east(), "first").start();
            await().atMost(LIMIT).until(() -> leads(first));
            SiteProcess second = sites.process(sites.east(), "second").start();
            await().atMost(LIMIT).until(() -> second.status().contains("\"state\" : \"standby\""));
            write(sites, "before");

            first.kill();
            long killed = System.nanoTime();
            write(sites, "killed");
            System.out.println("TakeOverIT: first row " + (System.nanoTime() - killed) / 1_000_000
                    + " ms after the leader was killed");
            await().atMost(LIMIT).until(() -> leads(second));

            first.start();
            await().atMost(LIMIT).until(() -> first.status().contains("\"state\" : \"standby\""));
            second.freeze();
            // The kernel still answers for a frozen process, so the database is told that it is gone.
            sites.east()
                    .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ="
                            + " 'gemel-apply-east'");
            write(sites, "frozen");
            await().atMost(LIMIT).until(() -> leads(first));

            second.thaw();
            await().atMost(LIMIT).until(() -> second.status().contains("\"state\" : \"standby\""));
            write(sites, "thawed");
            sites.settle();
            sites.assertEqual("entry");
            assertThat(TwoSites.texts(sites.west(), "SELECT count(*) FROM entry"))
                    .containsExactly("400");
            await().atMost(LIMIT).until(() -> leads(first));
            assertThat(TopicReader.changes(
                                    sites.kafka().bootstrapServers(),
                                    sites.east().config().logTopic(),
                                    sites.east().config().site())
                            .stream()
                            .filter(change -> change.table().name().equals("entry")))
                    .hasSize(400);

            sites.east().execute("INSERT INTO quiet.holding VALUES (1)");
            sites.west().execute("INSERT INTO slow VALUES (1)");
            await().atMost(LIMIT)
                    .until(() -> !TwoSites.texts(
                                    sites.east(),
                                    "SELECT FROM pg_stat_activity WHERE application_name = 'gemel-apply-east'"
                                            + " AND state = 'active' AND query LIKE '%slow%'")
                            .isEmpty());
            first.kill();
            await("nobody waits any more for the statement that kept the leadership")
                    .atMost(LIMIT)
                    .until(() -> leads(second));
            sites.east().execute("DELETE FROM quiet.holding");
            sites.awaitRow(sites.east(), "SELECT FROM slow");
        }
    }

    private static boolean leads(SiteProcess process) throws InterruptedException {
        return process.status().contains("\"leader\" : true");
    }

    /** A hundred transactions at the site with two processes; returns when the peer has them. */
    private static void write(TwoSites sites, String what) throws SQLException {
        sites.east()
                .execute("DO $$ BEGIN FOR i IN 1..100 LOOP INSERT INTO entry (what) VALUES ('" + what
                        + "'); COMMIT; END LOOP; END $$");
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(
                                TwoSites.texts(sites.west(), "SELECT count(*) FROM entry WHERE what = '" + what + "'"))
                        .containsExactly("100"));
    }
}
