package io.gemel.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.capture.api.CaptureException;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.embedded.TcpProxy;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureOutageIT {
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

    @Test
    void goes_on_reading_while_kafka_is_away_and_publishes_in_order_afterwards() throws Exception {
        try (CaptureFixture site = servers.site(Version.V18, ENTRY)) {
            CaptureFixture.Running running = site.start();
            site.execute("INSERT INTO entry VALUES (0, 'before')");
            site.await(1);

            servers.kafka().stop();
            for (int i = 1; i <= 100; i++) {
                site.execute("INSERT INTO entry VALUES (" + i + ", 'during')");
            }

            Awaitility.await().atMost(CaptureFixture.PATIENCE).until(() -> running.window.keys() == 101);
            RowKey unpublished = RowKey.of(new TableId("public", "entry"), "100");
            assertThat(running.capture
                            .localChanges()
                            .read(Map.of(unpublished, List.of(101L)))
                            .get(unpublished))
                    .hasSize(1);
            assertThat(running.failure).hasNullValue();
            servers.kafka().start();
            assertThat(site.await(101))
                    .extracting(part -> part.header().position())
                    .isSorted()
                    .doesNotHaveDuplicates()
                    .endsWith(101L);
            assertThat(running.failure).hasNullValue();
        }
    }

    @Test
    void fails_when_the_connection_that_brings_the_log_is_dead_and_leaves_a_database_in_peace_that_has_nothing_to_say()
            throws Exception {
        try (CaptureFixture idle = servers.site(Version.V15, ENTRY);
                CaptureFixture site = servers.site(Version.V18, ENTRY);
                TcpProxy proxy = TcpProxy.to(site.server().port())) {
            CaptureFixture.Running silent = idle.start();
            CaptureFixture.Running running = site.through(proxy).start();
            site.execute("INSERT INTO entry VALUES (0, 'before')");
            site.await(1);

            proxy.strand(Integer.parseInt(site.query("SELECT client_port FROM pg_stat_replication")));
            site.execute("INSERT INTO entry VALUES (1, 'after')");

            Awaitility.await().atMost(CaptureFixture.PATIENCE).until(() -> {
                site.beat();
                return running.failure.get() != null;
            });
            assertThat(running.failure.get().classification()).isEqualTo(CaptureException.Classification.RETRY);
            assertThat(silent.failure).as("silent for longer").hasNullValue();
            idle.execute("INSERT INTO entry VALUES (0, 'x')");
            idle.await(1);
            site.stop();
            site.start();
            assertThat(site.await(2)).hasSize(2);
        }
    }

    @Test
    void ends_while_it_waits_for_room_in_the_window() throws Exception {
        try (CaptureFixture site = servers.site(Version.V18, ENTRY).windowChangesMax(10)) {
            CaptureFixture.Running running = site.start();
            for (int i = 1; i <= 50; i++) {
                site.execute("INSERT INTO entry VALUES (" + i + ", 'x')");
            }
            Awaitility.await().atMost(CaptureFixture.PATIENCE).until(running.window::isFull);

            running.capture.close();

            assertThat(site.query("SELECT active FROM pg_replication_slots WHERE slot_name = '" + site.slot() + "'"))
                    .isEqualTo("f");
            assertThat(running.failure).hasNullValue();
        }
    }
}
