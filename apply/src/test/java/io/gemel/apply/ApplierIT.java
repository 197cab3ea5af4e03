package io.gemel.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.api.ApplyState;
import io.gemel.conflict.LastWriterWins;
import io.gemel.conflict.PolicyTable;
import io.gemel.conflict.TablePolicy;
import io.gemel.conflict.log.ReadProgress;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.conflict.window.LocalChanges;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.log.LogTopic;
import io.gemel.deploy.prepare.Administrator;
import io.gemel.deploy.prepare.SitePreparation;
import io.gemel.reason.Advice;
import io.gemel.reason.ReasonListener;
import io.gemel.reason.Reasons;
import io.gemel.reason.RowRoom;
import io.gemel.transaction.Change.Delete;
import io.gemel.transaction.Change.Insert;
import io.gemel.transaction.Change.Truncate;
import io.gemel.transaction.Change.Update;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.codec.TransactionCodec;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The applier alone: a log that the test writes, a database without local writers. */
class ApplierIT {
    private static final SiteId EAST = new SiteId("east");
    private static final TableShape ACCOUNT =
            new TableShape(new TableId("public", "account"), List.of("id", "owner", "balance"), List.of(0));
    private static final Map<Version, PostgresServer> SERVERS = new EnumMap<>(Version.class);
    private static final AtomicInteger SITES = new AtomicInteger();

    /** Bounds a hang; nothing takes that long. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    static Path folder;

    private static KafkaServer kafka;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private SiteFixture site;
    private PublishedLog log;

    @BeforeAll
    static void start() {
        for (Version version : new Version[] {Version.V15, Version.V18}) {
            SERVERS.put(
                    version,
                    PostgresServer.builder(folder.resolve(version.name()))
                            .version(version)
                            .withoutFsync()
                            .withPasswords()
                            .setting("max_replication_slots", "50")
                            .build()
                            .start());
        }
        kafka = KafkaServer.builder(folder.resolve("kafka")).build().start();
    }

    @AfterAll
    static void stop() {
        SERVERS.values().forEach(PostgresServer::close);
        kafka.close();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void applies_whole_transactions_in_order(Version version) throws Exception {
        prepare(version);
        log.transaction(0, new Insert(account(1, "ann", "10")), new Insert(account(2, "b\"o\\b,{}", "20")));
        log.transaction(0, new Update(account(1, "ann", "10"), account(1, "ann", "11")));
        log.transaction(0, new Delete(account(2, "b\"o\\b,{}", "20")), new Insert(account(3, null, "30")));
        startApplier();

        await().atMost(LIMIT).untilAsserted(() -> assertThat(rows()).containsExactly("1|ann|11", "3|null|30"));
        assertThat(markerPosition()).isEqualTo(3);
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void goes_on_behind_the_marker_and_skips_what_was_applied(Version version) throws Exception {
        prepare(version);
        log.transaction(0, new Insert(account(1, "ann", "10")));
        Applier first = startApplier();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(rows()).containsExactly("1|ann|10"));
        first.close();

        log.repeatPosition();
        log.transaction(0, new Insert(account(1, "ann", "10")));
        log.transaction(0, new Update(account(1, "ann", "10"), account(1, "ann", "12")));
        startApplier();

        await().atMost(LIMIT).untilAsserted(() -> assertThat(rows()).containsExactly("1|ann|12"));
        assertThat(markerPosition()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void applies_a_transaction_in_parts_and_a_truncate_between_its_rows(Version version) throws Exception {
        prepare(version);
        site.execute("CREATE TABLE transfer (id int PRIMARY KEY, account int REFERENCES account)");
        log.transaction(0, new Insert(account(1, "ann", "10")));
        log.large(
                0,
                List.of(
                        List.of(
                                new Insert(account(2, "bob", "1")),
                                new Update(account(1, "ann", "10"), account(1, "x", "0"))),
                        List.of(new Truncate(ACCOUNT), new Insert(account(5, "eve", "5"))),
                        List.of(new Update(account(5, "eve", "5"), account(5, "eve", "6")))));
        startApplier();

        await().atMost(LIMIT).untilAsserted(() -> assertThat(rows()).containsExactly("5|eve|6"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void swaps_values_of_a_unique_column_in_the_order_of_the_log(Version version) throws Exception {
        prepare(version);
        site.execute("CREATE UNIQUE INDEX account_owner ON account (owner)");
        log.transaction(0, new Insert(account(1, "ann", "1")), new Insert(account(2, "bob", "2")));
        log.transaction(
                0,
                new Update(account(1, "ann", "1"), account(1, "tmp", "1")),
                new Update(account(2, "bob", "2"), account(2, "ann", "2")),
                new Update(account(1, "tmp", "1"), account(1, "bob", "1")));
        startApplier();

        await().atMost(LIMIT).untilAsserted(() -> assertThat(rows()).containsExactly("1|bob|1", "2|ann|2"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void fires_no_trigger_and_checks_no_foreign_key(Version version) throws Exception {
        prepare(version);
        site.execute(
                "CREATE TABLE audit (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
                "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
                        + " 'BEGIN INSERT INTO audit DEFAULT VALUES; RETURN NEW; END'",
                "CREATE TRIGGER note AFTER INSERT ON account FOR EACH ROW EXECUTE FUNCTION note()");
        log.transaction(0, new Insert(account(1, "ann", "10")));
        startApplier();

        await().atMost(LIMIT).untilAsserted(() -> assertThat(rows()).containsExactly("1|ann|10"));
        assertThat(texts("SELECT count(*)::text FROM audit")).containsExactly("0");
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void halts_on_a_missing_column_and_goes_on_when_it_is_there(Version version) throws Exception {
        prepare(version);
        TableShape wider = new TableShape(ACCOUNT.table(), List.of("id", "owner", "balance", "note"), List.of(0));
        log.transaction(0, new Insert(RowImage.of(wider, "1", "ann", "10", "hello")));
        Applier applier = startApplier();

        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(applier.state()).isEqualTo(ApplyState.HALTED);
            assertThat(applier.reason()).contains("column note of table public.account does not exist at this site");
        });
        site.execute("ALTER TABLE account ADD COLUMN note text");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(rows()).containsExactly("1|ann|10"));
        await().atMost(LIMIT).untilAsserted(() -> assertThat(applier.state()).isEqualTo(ApplyState.RUNNING));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void halts_on_a_row_that_something_wrote_past_gemel(Version version) throws Exception {
        prepare(version);
        log.transaction(0, new Insert(account(1, "ann", "10")));
        Applier applier = startApplier();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(rows()).containsExactly("1|ann|10"));
        site.execute("UPDATE account SET balance = 99");
        log.transaction(0, new Update(account(1, "ann", "10"), account(1, "ann", "11")));

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(applier.reason()).contains("public.account[1] has diverged"));
        site.execute("UPDATE account SET balance = 10");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(rows()).containsExactly("1|ann|11"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void halts_on_gaps_foreign_records_and_tables_that_are_not_replicated(Version version) throws Exception {
        prepare(version);
        TableShape other = new TableShape(new TableId("pg_catalog", "pg_authid"), List.of("oid"), List.of(0));
        log.transaction(0, new Insert(RowImage.of(other, "1")));
        Applier first = startApplier();
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(first.reason())
                        .contains("pg_catalog.pg_authid, which this site does not replicate"));
        first.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void passes_over_what_is_not_gemels_and_halts_on_a_record_that_is_damaged(Version version) throws Exception {
        prepare(version);
        log.transaction(0, new Insert(account(1, "ann", "10")));
        log.sendBytes("hello".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        log.transaction(0, new Insert(account(2, "bob", "10")));
        Applier applier = startApplier();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(rows()).containsExactly("1|ann|10", "2|bob|10"));

        byte[] damaged = new TransactionCodec().encode(new LogRecord.Opened(9, "writer", null));
        damaged[damaged.length - 1] ^= 1;
        log.sendBytes(damaged);

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(applier.reason())
                        .contains(site.config().peerLogTopic())
                        .contains("offset 3", "checksum", "start the pair anew", Advice.APPLY_RECORD_DAMAGED.code()));
        assertThat(rows()).containsExactly("1|ann|10", "2|bob|10");
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void halts_on_a_gap(Version version) throws Exception {
        prepare(version);
        log.transaction(0, new Insert(account(1, "ann", "10")));
        log.skipPosition();
        log.transaction(0, new Insert(account(2, "bob", "10")));
        Applier applier = startApplier();

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(applier.reason()).contains("position 2 is missing, found 3"));
        assertThat(rows()).containsExactly("1|ann|10");
    }

    @ParameterizedTest
    @EnumSource(names = {"V18"})
    void lets_only_one_of_two_lead(Version version) throws Exception {
        prepare(version);
        Applier first = newApplier(new ReadProgress());
        Applier second = newApplier(new ReadProgress());
        assertThat(first.tryLead()).isTrue();
        assertThat(second.tryLead()).isFalse();
        first.close();
        await().atMost(LIMIT).until(second::tryLead);
    }

    @ParameterizedTest
    @EnumSource(names = {"V18"})
    void applies_groups_of_many_rows_at_once(Version version) throws Exception {
        prepare(version);
        int count = 5_000;
        IntStream.rangeClosed(1, count).forEach(i -> {
            log.transaction(0, new Insert(account(i, "o" + i, "0")));
            log.transaction(0, new Update(account(i, "o" + i, "0"), account(i, "o" + i, "" + i)));
        });
        startApplier();

        await().atMost(LIMIT).until(() -> markerPosition() == 2 * count);
        assertThat(texts("SELECT count(*) || '|' || sum(balance) FROM account"))
                .containsExactly(count + "|" + (long) count * (count + 1) / 2);
        assertThat(failures).isEmpty();
    }

    private static RowImage account(int id, String owner, String balance) {
        return RowImage.of(ACCOUNT, String.valueOf(id), owner, balance);
    }

    private void prepare(Version version) throws Exception {
        String name = "west" + SITES.incrementAndGet();
        site = SiteFixture.create(SERVERS.get(version), kafka.bootstrapServers(), folder, name, EAST.name())
                .with("log.topic.prefix", name)
                .with("halt.retry.interval", "200ms")
                .execute("CREATE TABLE account (id int PRIMARY KEY, owner text, balance numeric(10, 0))");
        SiteConfig config = site.config();
        Administrator administrator = new Administrator("postgres", new Secret(""));
        StringWriter printed = new StringWriter();
        assertThat(new SitePreparation(config, Optional.of(administrator), new PrintWriter(printed)).run(false))
                .as(printed::toString)
                .isZero();
        try (LogTopic topic = new LogTopic(config.kafka(), config.peerLogTopic())) {
            topic.create((short) 1, LogTopic.settings(config));
        }
        log = new PublishedLog(EAST, kafka.bootstrapServers(), config.peerLogTopic());
        open.add(log);
    }

    @Test
    void stores_an_acknowledgement_that_only_heartbeats_brought() throws Exception {
        prepare(Version.V18);
        log.transaction(0, new Insert(account(1, "ann", "10")));
        Applier first = startApplier();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(rows()).containsExactly("1|ann|10"));

        await().atMost(LIMIT).untilAsserted(() -> {
            log.heartbeat(7);
            assertThat(texts("SELECT position || '|' || peer_seen FROM gemel.applied ORDER BY at"))
                    .containsExactly("1|0", "1|7");
        });
        first.close();
        Applier second = newApplier(new ReadProgress());
        await().atMost(LIMIT).until(second::tryLead);
        assertThat(second.restore(window()).peerSeen()).isEqualTo(7);
        assertThat(rows()).containsExactly("1|ann|10");
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void parks_a_row_whose_key_is_equal_to_another_ones_that_is_written_otherwise(Version version) throws Exception {
        prepare(version);
        Map<String, List<String>> keys = Map.of(
                "numeric", List.of("1.0", "1.00"),
                "citext", List.of("Ada", "ADA"),
                "float8", List.of("0", "-0"),
                "interval", List.of("1 day", "24:00:00"),
                "jsonb", List.of("{\"a\": 1.0}", "{\"a\": 1.00}"),
                "text COLLATE any_case", List.of("Ada", "ADA"),
                "numrange", List.of("[1,2)", "[1.0,2.0)"),
                "numeric[]", List.of("{1.0}", "{1.00}"));
        site.execute(
                "CREATE EXTENSION citext",
                "CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
        int number = 0;
        for (Map.Entry<String, List<String>> key : keys.entrySet()) {
            String table = "keyed_" + number++;
            site.execute(
                    "CREATE TABLE " + table + " (k " + key.getKey() + " PRIMARY KEY, v text)",
                    "INSERT INTO " + table + " VALUES ('" + key.getValue().get(1) + "', 'here')",
                    "GRANT ALL ON " + table + " TO " + site.role());
            TableShape shape = new TableShape(new TableId("public", table), List.of("k", "v"), List.of(0));
            log.transaction(0, new Insert(RowImage.of(shape, key.getValue().get(0), "there")));
        }
        log.transaction(0, new Insert(account(1, "ann", "10")));
        Applier applier = startApplier();

        await().atMost(LIMIT).untilAsserted(() -> assertThat(rows()).containsExactly("1|ann|10"));
        assertThat(texts("SELECT reason FROM gemel.parked"))
                .hasSize(keys.size())
                .allMatch(reason -> reason.contains("PostgreSQL considers their keys equal"));
        await().atMost(LIMIT).until(() -> applier.state() == ApplyState.RUNNING);
        for (int i = 0; i < keys.size(); i++) {
            assertThat(texts("SELECT v FROM keyed_" + i)).containsExactly("here");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void rewrites_a_key_in_another_way(Version version) throws Exception {
        prepare(version);
        site.execute("CREATE TABLE keyed (k numeric PRIMARY KEY, v text)", "GRANT ALL ON keyed TO " + site.role());
        TableShape shape = new TableShape(new TableId("public", "keyed"), List.of("k", "v"), List.of(0));
        log.transaction(0, new Insert(RowImage.of(shape, "1.0", "a")));
        log.transaction(0, new Delete(RowImage.of(shape, "1.0", "a")), new Insert(RowImage.of(shape, "1.00", "b")));
        startApplier();

        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(texts("SELECT k || v FROM keyed")).containsExactly("1.00b"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void writes_to_a_table_whose_key_is_judged_late(Version version) throws Exception {
        prepare(version);
        site.execute("ALTER TABLE account DROP CONSTRAINT account_pkey, ADD PRIMARY KEY (id) DEFERRABLE");
        log.transaction(
                0,
                new Insert(account(1, "ann", "10")),
                new Insert(account(2, "bob", "20")),
                new Insert(account(3, "eve", "30")));
        log.transaction(0, new Update(account(1, "ann", "10"), account(1, "ann", "11")));
        log.transaction(
                0,
                new Delete(account(2, "bob", "20")),
                new Insert(account(2, "bob", "21")),
                new Delete(account(3, "eve", "30")));
        startApplier();

        await().atMost(LIMIT).untilAsserted(() -> assertThat(rows()).containsExactly("1|ann|11", "2|bob|21"));
    }

    private Applier startApplier() throws Exception {
        ReadProgress everythingRead = new ReadProgress();
        everythingRead.read(Long.MAX_VALUE);
        Applier applier = newApplier(everythingRead);
        await().atMost(LIMIT).until(applier::tryLead);
        InFlightWindow window = window();
        applier.restore(window);
        applier.startHeartbeats();
        applier.start(window);
        return applier;
    }

    private InFlightWindow window() throws Exception {
        return new InFlightWindow(
                site.config().site(),
                PolicyTable.of(new TablePolicy(new LastWriterWins(), Set.of())),
                new NoLocalChanges(),
                1000);
    }

    private Applier newApplier(ReadProgress progress) throws Exception {
        SiteConfig config = site.config();
        ApplyConfig apply = new ApplyConfig(
                config.site(),
                config.peer(),
                config.database().url(),
                config.database().user(),
                config.database().password().text(),
                table -> config.tables().matches(table.schema(), table.name()),
                table -> Optional.empty(),
                Map.copyOf(config.peerKafka().client()),
                config.peerLogTopic(),
                config.limits().applyGroupRowsMax(),
                1 << 20,
                RowRoom.of(64 << 20),
                config.limits().applyLockTimeout(),
                config.limits().applyLockKillAfter(),
                config.limits().applyCatchupTimeout(),
                config.limits().heartbeatInterval(),
                config.limits().haltRetryInterval(),
                config.limits().parkedTransactionsMax(),
                config.limits().clockAheadMax(),
                config.limits().journalRetention(),
                config.router().submissionRetention());
        Applier applier = new Applier(
                apply,
                progress,
                InstantSource.system(),
                new Listener(),
                new Reasons(InstantSource.system(), System::nanoTime, ReasonListener.NONE));
        open.add(0, applier);
        return applier;
    }

    private List<String> rows() throws SQLException {
        return texts("SELECT concat_ws('|', id, coalesce(owner, 'null'), balance) FROM account ORDER BY id");
    }

    private long markerPosition() throws SQLException {
        return Long.parseLong(texts("SELECT coalesce(max(position), 0)::text FROM gemel.applied")
                .get(0));
    }

    private List<String> texts(String query) throws SQLException {
        try (Connection connection = site.connectAsAdministrator();
                ResultSet rows = connection.createStatement().executeQuery(query)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }

    private final class Listener extends SilentListener {
        @Override
        public void failed(String reason) {
            failures.add(reason);
        }
    }

    private static final class NoLocalChanges implements LocalChanges {
        @Override
        public Map<RowKey, List<StampedChange>> read(Map<RowKey, List<Long>> positions) {
            return Map.of();
        }

        @Override
        public List<StampedChange> transaction(long position, long bytesMax) {
            return List.of();
        }

        @Override
        public Set<RowKey> keysAfter(TableId table, long position, int most) {
            return Set.of();
        }
    }
}
