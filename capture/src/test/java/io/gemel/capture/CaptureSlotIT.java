package io.gemel.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.capture.api.CaptureException;
import io.gemel.capture.api.CaptureException.Classification;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.TransactionHeader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CaptureSlotIT {
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

    private static void assertHalts(CaptureFixture site, String message) {
        assertThatThrownBy(site::start).isInstanceOfSatisfying(CaptureException.class, e -> {
            assertThat(e.classification()).isEqualTo(Classification.HALT);
            assertThat(e).hasMessageContaining(message);
        });
    }

    private static String drop(CaptureFixture site) {
        return "SELECT pg_drop_replication_slot('" + site.slot() + "')";
    }

    private static String create(CaptureFixture site, String plugin) {
        return "SELECT pg_create_logical_replication_slot('" + site.slot() + "', '" + plugin + "')";
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void halts_without_a_slot_and_creates_none(Version version) throws Exception {
        try (CaptureFixture site = servers.site(version, ENTRY)) {
            site.execute(drop(site));

            assertHalts(site, "does not exist: run gemel prepare");

            assertThat(site.query("SELECT count(*) FROM pg_replication_slots WHERE slot_name = '" + site.slot() + "'"))
                    .isEqualTo("0");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void halts_when_the_slot_was_recreated_behind_its_back(Version version) throws Exception {
        try (CaptureFixture site = servers.site(version, ENTRY)) {
            site.start();
            site.execute("INSERT INTO entry VALUES (1, 'published')");
            site.await(1);
            site.stop();
            site.execute(drop(site), "INSERT INTO entry VALUES (2, 'lost')", create(site, "pgoutput"));

            assertHalts(site, "ahead of what was published");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void goes_on_when_the_slot_knows_less_than_was_published(Version version) throws Exception {
        try (CaptureFixture site = servers.site(version, ENTRY)) {
            publishBehindTheSlot(site);

            site.start();
            site.execute("INSERT INTO entry VALUES (3, 'new')");

            assertThat(site.await(3)).hasSize(3);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void halts_when_the_database_has_another_history_than_was_published(Version version) throws Exception {
        try (CaptureFixture site = servers.site(version, ENTRY)) {
            publishBehindTheSlot(site);
            List<LogRecord.Part> parts = site.parts();
            TransactionHeader last = parts.get(parts.size() - 1).header();
            // As far as the database's log has come by now, which is past any commit that was published.
            site.execute("INSERT INTO entry VALUES (3, 'another history')");
            TransactionHeader lost = new TransactionHeader(
                    last.origin(), last.position(), last.commitPosition() + 1, last.version(), last.seen());
            site.publish(new LogRecord.Heartbeat(1 << 20, lost));

            assertHalts(site, "restored from a backup");
        }
    }

    /** Two transactions are in the log; the slot stands before them, as after a crash of the server. */
    private static void publishBehindTheSlot(CaptureFixture site) throws Exception {
        String kept = site.slot() + "_kept";
        site.execute("SELECT pg_copy_logical_replication_slot('" + site.slot() + "', '" + kept + "')");
        site.start();
        site.execute("INSERT INTO entry VALUES (1, 'published')", "INSERT INTO entry VALUES (2, 'published')");
        site.await(2);
        site.stop();
        site.execute(
                drop(site),
                "SELECT pg_copy_logical_replication_slot('" + kept + "', '" + site.slot() + "')",
                "SELECT pg_drop_replication_slot('" + kept + "')");
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void halts_when_the_slot_speaks_another_language(Version version) throws Exception {
        try (CaptureFixture site = servers.site(version, ENTRY)) {
            site.execute(drop(site), create(site, "test_decoding"));

            assertHalts(site, "is for test_decoding, not pgoutput");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void halts_when_the_server_has_given_the_slot_up(Version version) throws Exception {
        try (CaptureFixture site = servers.site(version, ENTRY)) {
            site.alterSystem("ALTER SYSTEM SET max_slot_wal_keep_size = '16MB'");
            try {
                for (int i = 0; i < 8; i++) {
                    site.execute("SELECT pg_switch_wal()", "INSERT INTO entry VALUES (" + i + ", 'x')");
                }
                site.execute("CHECKPOINT");

                assertHalts(site, "has invalidated the replication slot");
            } finally {
                site.alterSystem("ALTER SYSTEM RESET max_slot_wal_keep_size");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void halts_without_a_publication(Version version) throws Exception {
        try (CaptureFixture site = servers.site(version, ENTRY)) {
            site.execute("DROP PUBLICATION gemel");

            assertHalts(site, "the publication gemel does not exist");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void halts_when_the_markers_are_not_published(Version version) throws Exception {
        try (CaptureFixture site = servers.site(version, ENTRY)) {
            site.execute("ALTER PUBLICATION gemel DROP TABLE gemel.applied");

            assertHalts(site, "gemel.applied");
        }
    }
}
