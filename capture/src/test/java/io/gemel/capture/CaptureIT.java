package io.gemel.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.capture.api.CaptureException;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CaptureIT {
    private static final String ACCOUNT = "CREATE TABLE account (id int PRIMARY KEY, owner text, balance int NOT NULL)";

    private static final int PARTITIONS = 40;
    private static final String[] SALE = {
        "CREATE TABLE sale (id int, day int, note text NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
        "DO $$ BEGIN FOR i IN 0 .. " + (PARTITIONS - 1) + " LOOP EXECUTE format("
                + "'CREATE TABLE sale_%s PARTITION OF sale FOR VALUES FROM (%s) TO (%s)', i, i, i + 1); END LOOP; END $$"
    };
    private static final String NEW_KEY = "ALTER TABLE sale DROP CONSTRAINT sale_pkey, ADD PRIMARY KEY (id, day, note)";

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

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void publishes_each_transaction_whole_and_in_commit_order(Version version) throws Exception {
        try (CaptureFixture site = servers.site(version, ACCOUNT)) {
            site.transaction("INSERT INTO account VALUES (1, 'ann', 10), (2, 'bob', 20)"); // before capture runs
            CaptureFixture.Running running = site.start();
            site.transaction(
                    "UPDATE account SET balance = 11 WHERE id = 1",
                    "UPDATE account SET id = 3 WHERE id = 2",
                    "DELETE FROM account WHERE id = 3");
            site.transaction("TRUNCATE account");

            List<LogRecord.Part> parts = site.await(3);

            assertThat(parts).extracting(part -> part.header().position()).containsExactly(1L, 2L, 3L);
            assertThat(parts.get(0).changes())
                    .extracting(Object::toString)
                    .containsExactly(
                            "Insert[after=public.account(id=1, owner=ann, balance=10)]",
                            "Insert[after=public.account(id=2, owner=bob, balance=20)]");
            assertThat(parts.get(1).changes())
                    .extracting(Object::toString)
                    .containsExactly(
                            "Update[before=public.account(id=1, owner=ann, balance=10),"
                                    + " after=public.account(id=1, owner=ann, balance=11)]",
                            "Delete[before=public.account(id=2, owner=bob, balance=20)]",
                            "Insert[after=public.account(id=3, owner=bob, balance=20)]",
                            "Delete[before=public.account(id=3, owner=bob, balance=20)]");
            assertThat(parts.get(2).changes()).singleElement().isInstanceOf(Change.Truncate.class);
            assertThat(running.failure).hasNullValue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void publishes_nothing_that_was_applied_here_but_learns_from_its_marker(Version version) throws Exception {
        long future = 9_000_000_000_000_000L;
        try (CaptureFixture site = servers.site(version, ACCOUNT)) {
            CaptureFixture.Running running = site.start();
            site.transaction("INSERT INTO account VALUES (1, 'ann', 10)");
            site.applied(7, future, "INSERT INTO account VALUES (2, 'bob', 20)", "UPDATE account SET balance = 0");
            site.transaction("INSERT INTO account VALUES (3, 'cid', 30)");

            List<LogRecord.Part> parts = site.await(2);

            assertThat(parts)
                    .extracting(part -> part.changes().get(0).key().values().get(0))
                    .containsExactly("1", "3");
            assertThat(parts).extracting(part -> part.header().seen()).containsExactly(0L, 7L);
            assertThat(parts.get(1).header().version().micros()).isEqualTo(future + 1);
            assertThat(running.window.keys()).isEqualTo(2);
            assertThat(running.progress.horizon()).isNotNull();
            // The log shows a record before its sender has counted it.
            Awaitility.await().atMost(CaptureFixture.PATIENCE).until(() -> running.transactions.get() == 2);
        }
    }

    @Test
    void makes_versions_of_the_clock_it_is_given() throws Exception {
        try (CaptureFixture site = servers.site(Version.V18, ACCOUNT).clock(micros -> micros / 1_000_000 * 1_000_000)) {
            site.start();
            site.transaction("INSERT INTO account VALUES (1, 'ann', 10)");

            assertThat(site.await(1).get(0).header().version().micros() % 1_000_000)
                    .isZero();
        }
    }

    @Test
    void knows_of_a_commit_as_soon_as_a_message_behind_it_was_read() throws Exception {
        try (CaptureFixture site = servers.site(Version.V18, ACCOUNT)) {
            CaptureFixture.Running running = site.start();
            long end = Long.parseLong(site.query("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint"));
            site.execute("SELECT pg_logical_emit_message(false, 'gemel.nudge', '')");

            assertThat(running.progress.awaitRead(end, CaptureFixture.PATIENCE)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void moves_the_slot_of_an_idle_site_and_tells_the_peer_what_it_has_seen(Version version) throws Exception {
        try (CaptureFixture site = servers.site(version, ACCOUNT)) {
            CaptureFixture.Running running = site.start();
            site.applied(3, 1, "INSERT INTO account VALUES (2, 'bob', 20)");
            String confirmed =
                    "SELECT (confirmed_flush_lsn - '0/0')::bigint FROM pg_replication_slots WHERE slot_name = '"
                            + site.slot() + "'";
            long end = Long.parseLong(site.query("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint"));

            Awaitility.await().atMost(CaptureFixture.PATIENCE).until(() -> {
                site.beat();
                return Long.parseLong(site.query(confirmed)) >= end;
            });

            assertThat(site.log())
                    .filteredOn(LogRecord.Heartbeat.class::isInstance)
                    .extracting(
                            record -> ((LogRecord.Heartbeat) record).header().seen())
                    .contains(3L);
            assertThat(running.progress.horizon()).isNotNull();
            assertThat(running.publishedPosition).hasValue(0);
        }
    }

    @Test
    void publishes_a_large_transaction_in_parts_that_can_be_read_back() throws Exception {
        int rows = 200_000;
        try (CaptureFixture site =
                servers.site(Version.V18, ACCOUNT).partBytesMax(128 * 1024).imageBytesMax(1 << 20)) {
            CaptureFixture.Running running = site.start();
            site.transaction(
                    "INSERT INTO account SELECT i, md5(i::text), i FROM generate_series(1, " + rows + ") AS i");
            site.transaction("UPDATE account SET balance = 0 WHERE id IN (1, 2)");

            List<LogRecord.Part> parts = site.await(2);

            List<LogRecord.Part> large = parts.subList(0, parts.size() - 1);
            assertThat(large).hasSizeGreaterThan(50);
            assertThat(large)
                    .extracting(LogRecord.Part::index)
                    .containsExactlyElementsOf(
                            IntStream.range(0, large.size()).boxed().toList());
            assertThat(large.stream().mapToInt(part -> part.changes().size()).sum())
                    .isEqualTo(rows);
            assertThat(large)
                    .allSatisfy(part -> assertThat(part.header().position()).isEqualTo(1));
            assertThat(large)
                    .extracting(LogRecord.Part::last)
                    .containsOnlyOnce(true)
                    .endsWith(true);
            RowKey late = RowKey.of(new TableId("public", "account"), Integer.toString(rows - 5));
            RowKey early = RowKey.of(new TableId("public", "account"), "2");
            Map<RowKey, List<StampedChange>> read =
                    running.capture.localChanges().read(Map.of(late, List.of(1L, 2L), early, List.of(1L, 2L)));
            assertThat(read.get(late))
                    .singleElement()
                    .satisfies(change -> assertThat(change.index()).isEqualTo(rows - 6));
            assertThat(read.get(early)).extracting(StampedChange::position).containsExactly(1L, 2L);
            TableId account = new TableId("public", "account");
            assertThat(running.capture.localChanges().keysAfter(account, 0, rows))
                    .hasSize(rows);
            assertThat(running.capture.localChanges().keysAfter(account, 0, 100))
                    .hasSize(101);
            assertThat(running.window.keys()).isEqualTo(rows);
        }
    }

    @Test
    void halts_at_a_table_whose_log_lacks_whole_rows() throws Exception {
        try (CaptureFixture site = servers.site(Version.V18, ACCOUNT)) {
            site.execute("ALTER TABLE account REPLICA IDENTITY DEFAULT");
            CaptureFixture.Running running = site.start();
            site.transaction("INSERT INTO account VALUES (1, 'ann', 10)");

            Awaitility.await().atMost(CaptureFixture.PATIENCE).until(() -> running.failure.get() != null);

            assertThat(running.failure.get().classification()).isEqualTo(CaptureException.Classification.HALT);
            assertThat(running.failure.get()).hasMessageContaining("ALTER TABLE public.account REPLICA IDENTITY FULL");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void asks_once_about_a_table_and_never_about_its_partitions(Version version) throws Exception {
        try (CaptureFixture site = servers.site(version, SALE)) {
            site.execute(
                    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET log_statement = ''all''', current_database());"
                            + " END $$");
            int told = Files.readString(site.server().log()).length();
            site.start();
            String sessions = "SELECT sessions FROM pg_stat_database WHERE datname = current_database()";
            long before = Long.parseLong(site.query(sessions));
            site.transaction(
                    "INSERT INTO sale SELECT i, i, 'a' FROM generate_series(0, " + (PARTITIONS - 1) + ") AS i");

            List<LogRecord.Part> parts = site.await(1);

            assertThat(parts.get(0).changes()).hasSize(PARTITIONS);
            assertThat(Long.parseLong(site.query(sessions)) - before).isLessThan(PARTITIONS / 2);
            assertThat(Files.readString(site.server().log()).substring(told))
                    .contains("INSERT INTO sale SELECT")
                    .doesNotContain("sale_");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void never_reads_a_row_by_the_primary_key_that_its_table_had(Version version) throws Exception {
        try (CaptureFixture site = servers.site(version, SALE)) {
            site.start();
            site.transaction("INSERT INTO sale VALUES (1, 1, 'a')");
            site.await(1);
            site.transaction(
                    "INSERT INTO sale VALUES (2, 2, 'a')",
                    NEW_KEY,
                    "INSERT INTO sale VALUES (3, 1, 'a'), (4, 2, 'a'), (5, 3, 'a')");
            site.transaction("INSERT INTO sale VALUES (6, 6, 'a')");

            List<LogRecord.Part> parts = site.await(3);

            assertThat(parts.get(0).changes().get(0).key().values()).containsExactly("1", "1");
            assertThat(parts.get(1).changes().get(3).key().values()).containsExactly("5", "3", "a");
            assertThat(parts.get(1).changes().subList(1, 4))
                    .allSatisfy(change -> assertThat(change.key().values()).hasSize(3));
            assertThat(parts.get(2).changes().get(0).key().values()).containsExactly("6", "6", "a");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void reads_no_row_before_the_database_shows_its_transaction(Version version) throws Exception {
        try (CaptureFixture site = servers.site(version, SALE)) {
            CaptureFixture.Running running = site.start();
            site.transaction("INSERT INTO sale VALUES (1, 1, 'a')");
            site.await(1);
            ExecutorService writers = Executors.newCachedThreadPool();
            try {
                site.alterSystem("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
                Awaitility.await().atMost(CaptureFixture.PATIENCE).until(() -> {
                    writers.submit(() -> commit(site, "SELECT pg_logical_emit_message(true, 'waits', '')"));
                    return Integer.parseInt(
                                    site.query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))
                            > 0;
                });
                writers.submit(() -> commit(site, NEW_KEY, "INSERT INTO sale VALUES (2, 2, 'a')"));
                Awaitility.await().atMost(CaptureFixture.PATIENCE).until(() -> running.failure.get() != null);
            } finally {
                site.alterSystem("ALTER SYSTEM RESET synchronous_standby_names");
                writers.shutdown();
            }
            assertThat(writers.awaitTermination(CaptureFixture.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(running.failure.get().classification()).isEqualTo(CaptureException.Classification.RETRY);
            assertThat(running.failure.get()).hasMessageContaining("synchronous_standby_names");
            site.stop();
            site.start();

            assertThat(site.await(2).get(1).changes().get(0).key().values()).containsExactly("2", "2", "a");
        }
    }

    private static boolean commit(CaptureFixture site, String... statements) throws SQLException {
        site.transaction(statements);
        return true;
    }
}
