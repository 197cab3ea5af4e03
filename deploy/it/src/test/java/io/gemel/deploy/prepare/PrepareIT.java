package io.gemel.deploy.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.deploy.Gemel;
import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.config.SecretFile;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.Publication;
import io.gemel.deploy.database.Slot;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.log.LogTopic;
import io.gemel.deploy.site.Prepare;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrepareIT {
    private static final Optional<Administrator> ADMINISTRATOR =
            Optional.of(new Administrator("postgres", new Secret("")));
    private static final Map<Version, PostgresServer> SERVERS = new EnumMap<>(Version.class);
    private static final AtomicInteger SITES = new AtomicInteger();

    @TempDir
    static Path folder;

    private static KafkaServer kafka;

    private final StringWriter printed = new StringWriter();

    @BeforeAll
    static void start() {
        for (Version version : new Version[] {Version.V15, Version.V18}) {
            SERVERS.put(
                    version,
                    PostgresServer.builder(folder.resolve(version.name()))
                            .version(version)
                            .withoutFsync()
                            .withPasswords()
                            .setting("max_replication_slots", "64") // one for each test
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

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void prepares_everything_with_an_administrator_and_repeats_without_effect(Version version) throws Exception {
        SiteFixture site = bank(version);

        assertThat(Prepare.run(site.config(), ADMINISTRATOR, out()))
                .as(printed::toString)
                .isZero();
        assertThat(printed.toString()).contains("CREATE PUBLICATION gemel").contains("CREATE TABLE gemel.applied");

        try (Connection connection = site.connectAsAdministrator()) {
            Publication publication =
                    Publication.find(connection, SiteConfig.PUBLICATION).orElseThrow();
            assertThat(publication.tables())
                    .containsExactlyInAnyOrder(
                            "gemel.applied",
                            "gemel.emit",
                            "gemel.heartbeat",
                            "gemel.submission",
                            "public.account",
                            "public.\"My Table\"");
            assertThat(publication.publishesAll() && publication.viaRoot()).isTrue();
            Slot slot = Slot.find(connection, site.config().slot()).orElseThrow();
            assertThat(slot.plugin()).isEqualTo("pgoutput");
            assertThat(slot.invalidated()).isEmpty();
            assertThat(Sql.isTrue(
                            connection,
                            "SELECT rolreplication AND NOT rolsuper FROM pg_roles WHERE rolname = ?",
                            site.role()))
                    .isTrue();
        }
        try (LogTopic topic = new LogTopic(site.config().kafka(), site.config().logTopic())) {
            LogTopic.Description description = topic.describe().orElseThrow();
            assertThat(description.partitions()).isOne();
            assertThat(description.settings())
                    .containsEntry("cleanup.policy", "delete")
                    .containsEntry("retention.ms", "604800000");
        }

        printed.getBuffer().setLength(0);
        assertThat(Prepare.run(site.config(), Optional.empty(), out())).isZero();
        assertThat(printed.toString().strip()).isEqualTo("site " + site.config().site() + " is prepared");
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void lets_the_site_role_do_its_work_without_superuser_rights(Version version) throws Exception {
        SiteFixture site = bank(version);
        Prepare.run(site.config(), ADMINISTRATOR, out());

        try (Connection connection = site.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            statement.execute("SELECT pg_replication_origin_session_setup('"
                    + site.config().replicationOrigin() + "')");
            statement.execute("INSERT INTO gemel.applied (origin, position, peer_seen) VALUES ('west', 1, 0)");
            statement.execute("INSERT INTO account VALUES (1, 2)");
            statement.execute("UPDATE account SET balance = 3");
            statement.execute("DELETE FROM account");
            statement.execute("TRUNCATE account");
            statement.execute("UPDATE gemel.heartbeat SET beat = beat + 1, horizon = pg_current_snapshot()::text");
            statement.execute("INSERT INTO gemel.emit (body) VALUES ('\\x00')");
            statement.execute("SELECT pg_replication_origin_session_reset()");
            statement.execute("SELECT pg_logical_emit_message(true, 'gemel', '')");
            assertThat(Sql.text(connection, "SELECT beat FROM gemel.heartbeat")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void adds_what_an_older_release_did_not_have(Version version) throws Exception {
        SiteFixture site = bank(version);
        Prepare.run(site.config(), ADMINISTRATOR, out());
        site.execute(
                "DROP TABLE gemel.gate",
                "DROP TABLE gemel.repair",
                "DROP TABLE gemel.gone_column",
                "ALTER TABLE gemel.submission DROP COLUMN content_type");
        printed.getBuffer().setLength(0);

        assertThat(Prepare.run(site.config(), Optional.empty(), out()))
                .as(printed::toString)
                .isZero();

        assertThat(printed.toString())
                .contains("ALTER TABLE gemel.submission ADD COLUMN content_type text;")
                .contains("CREATE TABLE gemel.gate", "CREATE TABLE gemel.repair", "CREATE TABLE gemel.gone_column");
        try (Connection connection = site.connect()) {
            assertThat(Sql.text(connection, "SELECT count(*) FROM gemel.gate WHERE opened_for IS NULL"))
                    .isEqualTo("1");
        }
        printed.getBuffer().setLength(0);
        assertThat(Prepare.run(site.config(), Optional.empty(), out())).isZero();
        assertThat(printed.toString().strip()).isEqualTo("site " + site.config().site() + " is prepared");
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void lets_the_roles_of_vms_keep_the_ledger_and_nobody_else(Version version) throws Exception {
        String vm = "vm_" + version.major();
        SiteFixture site = bank(version)
                .with("vm.roles", vm)
                .execute("CREATE ROLE " + vm + " LOGIN PASSWORD 'v'", "CREATE ROLE other_" + vm + " LOGIN");

        assertThat(Prepare.run(site.config(), ADMINISTRATOR, out()))
                .as(printed::toString)
                .isZero();

        site.execute(
                "SET ROLE " + vm,
                "INSERT INTO gemel.submission (key, attempt, status) VALUES ('k', 1, 'running')",
                "UPDATE gemel.submission SET status = 'executed' WHERE key = 'k'",
                "DELETE FROM gemel.submission WHERE key = 'k'",
                "SELECT opened_for = pg_postmaster_start_time() FROM gemel.gate");
        assertThatThrownBy(() -> site.execute("SET ROLE " + vm, "UPDATE gemel.gate SET opened_for = now()"))
                .hasMessageContaining("permission denied for table gate");
        assertThatThrownBy(() -> site.execute("SET ROLE " + vm, "TRUNCATE gemel.submission"))
                .hasMessageContaining("permission denied for table submission");
        assertThatThrownBy(() -> site.execute("SET ROLE other_" + vm, "SELECT FROM gemel.submission"))
                .hasMessageContaining("permission denied for schema gemel");
        try (Connection connection = site.connect()) {
            assertThat(Sql.isTrue(connection, "SELECT pg_has_role('pg_signal_backend', 'USAGE')"))
                    .isTrue();
        }
        printed.getBuffer().setLength(0);
        assertThat(Prepare.run(site.config(), Optional.empty(), out())).isZero();
        assertThat(printed.toString().strip()).isEqualTo("site " + site.config().site() + " is prepared");
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void names_a_vm_role_that_does_not_exist(Version version) throws Exception {
        SiteFixture site = bank(version).with("vm.roles", "nobody, no_one");

        assertThat(Prepare.run(site.config(), ADMINISTRATOR, out())).isOne();

        assertThat(printed.toString())
                .contains("role nobody is named in vm.roles and does not exist")
                .contains("role no_one is named in vm.roles and does not exist");
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void prints_a_dry_run_and_changes_nothing(Version version) throws Exception {
        SiteFixture site = bank(version);

        assertThat(Prepare.dryRun(site.config(), ADMINISTRATOR, out())).isZero();

        assertThat(printed.toString())
                .contains("ALTER ROLE " + site.role() + " LOGIN REPLICATION;")
                .contains("GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON public.account TO " + site.role() + ";")
                .contains("ALTER TABLE public.account REPLICA IDENTITY FULL;")
                .contains("would create the Kafka topic");
        try (Connection connection = site.connectAsAdministrator()) {
            assertThat(Publication.find(connection, SiteConfig.PUBLICATION)).isEmpty();
            assertThat(Sql.isTrue(connection, "SELECT to_regnamespace('gemel') IS NULL"))
                    .isTrue();
        }
        try (LogTopic topic = new LogTopic(site.config().kafka(), site.config().logTopic())) {
            assertThat(topic.describe()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void prints_the_exact_script_that_an_administrator_must_run_once(Version version) throws Exception {
        SiteFixture site = bank(version);

        assertThat(Prepare.run(site.config(), Optional.empty(), out())).isOne();

        runScript(site, printed.toString());
        printed.getBuffer().setLength(0);
        assertThat(Prepare.run(site.config(), Optional.empty(), out()))
                .as(printed::toString)
                .isZero();
        assertThat(printed.toString().strip()).isEqualTo("site " + site.config().site() + " is prepared");
        try (Connection connection = site.connectAsAdministrator()) {
            assertThat(Sql.text(connection, "SELECT tableowner FROM pg_tables WHERE tablename = 'applied'"))
                    .isEqualTo(site.role());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void follows_the_tables_that_are_matched_later(Version version) throws Exception {
        SiteFixture site = bank(version);
        Prepare.run(site.config(), ADMINISTRATOR, out());
        site.execute(
                "CREATE TABLE entry (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
                "CREATE TABLE entry_2026 PARTITION OF entry FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')");
        site.with("tables.exclude", "public.account");

        assertThat(Prepare.run(site.config(), ADMINISTRATOR, out()))
                .as(printed::toString)
                .isZero();

        try (Connection connection = site.connectAsAdministrator()) {
            assertThat(Publication.find(connection, SiteConfig.PUBLICATION)
                            .orElseThrow()
                            .tables())
                    .contains("public.entry")
                    .doesNotContain("public.entry_2026", "public.account");
            assertThat(Sql.text(connection, "SELECT relreplident FROM pg_class WHERE relname = 'entry_2026'"))
                    .isEqualTo("f");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void refuses_a_table_without_a_primary_key_and_prepares_the_others(Version version) throws Exception {
        SiteFixture site = bank(version).execute("CREATE TABLE keyless (n int)");

        assertThat(Prepare.run(site.config(), ADMINISTRATOR, out())).isOne();

        assertThat(printed.toString()).contains("public.keyless has no primary key: ALTER TABLE public.keyless ADD");
        try (Connection connection = site.connectAsAdministrator()) {
            assertThat(Publication.find(connection, SiteConfig.PUBLICATION)
                            .orElseThrow()
                            .tables())
                    .contains("public.account")
                    .doesNotContain("public.keyless");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void refuses_tables_whose_updates_another_publication_would_stop(Version version) throws Exception {
        SiteFixture site = bank(version)
                .execute(
                        "CREATE TABLE customer (id int PRIMARY KEY, name text, secret text)",
                        "CREATE TABLE part (id int PRIMARY KEY, n int) PARTITION BY RANGE (id)",
                        "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (9)",
                        "CREATE TABLE filtered (id int PRIMARY KEY, n int)",
                        "CREATE TABLE inserted (id int PRIMARY KEY, n int)",
                        "CREATE TABLE stored (id int PRIMARY KEY, n int, m int GENERATED ALWAYS AS (n + 1) STORED)",
                        "INSERT INTO customer VALUES (1)",
                        "INSERT INTO part VALUES (1)",
                        "INSERT INTO filtered VALUES (1)",
                        "INSERT INTO inserted VALUES (1)",
                        "INSERT INTO stored VALUES (1)",
                        "CREATE PUBLICATION bi FOR TABLE customer (id, name), part_1 (id)",
                        "CREATE PUBLICATION bi_filter FOR TABLE filtered WHERE (id > 0)",
                        "CREATE PUBLICATION bi_inserts FOR TABLE inserted (id) WITH (publish = 'insert')",
                        "CREATE PUBLICATION bi_all FOR TABLE account" + (version == Version.V18 ? ", stored" : ""));
        String[] updates = {
            "UPDATE customer SET secret = 'x'",
            "UPDATE part SET n = 1",
            "UPDATE filtered SET n = 1",
            "UPDATE inserted SET n = 1",
            "UPDATE stored SET n = 1"
        };

        assertThat(Prepare.run(site.config(), ADMINISTRATOR, out())).isOne();

        assertThat(printed.toString())
                .contains("public.customer is in the publication bi, which lists columns of public.customer")
                .contains("public.part is in the publication bi, which lists columns of public.part_1")
                .doesNotContain("ALTER TABLE public.customer")
                .doesNotContain("bi_filter")
                .doesNotContain("bi_inserts");
        if (version == Version.V18) {
            assertThat(printed.toString())
                    .contains("public.stored is in the publication bi_all, which leaves out stored generated columns");
        }
        site.execute(updates);

        site.execute(
                "ALTER PUBLICATION bi DROP TABLE ONLY public.customer",
                "ALTER PUBLICATION bi ADD TABLE ONLY public.customer",
                "ALTER PUBLICATION bi DROP TABLE ONLY public.part_1",
                "ALTER PUBLICATION bi ADD TABLE ONLY public.part_1");
        if (version == Version.V18) {
            site.execute("ALTER PUBLICATION bi_all SET (publish_generated_columns = stored)");
        }
        printed.getBuffer().setLength(0);
        assertThat(Prepare.run(site.config(), ADMINISTRATOR, out()))
                .as(printed::toString)
                .isZero();
        site.execute(updates);

        site.execute(
                "ALTER PUBLICATION bi DROP TABLE ONLY public.customer",
                "ALTER PUBLICATION bi ADD TABLE ONLY public.customer (id)");
        assertThat(Prepare.run(site.config(), ADMINISTRATOR, out())).isOne();
        assertThat(printed.toString()).contains("ALTER PUBLICATION gemel DROP TABLE ONLY public.customer;");
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void lets_the_site_role_see_rows_behind_row_level_security(Version version) throws Exception {
        SiteFixture site = bank(version)
                .execute(
                        "CREATE TABLE tenant (id int PRIMARY KEY)",
                        "ALTER TABLE tenant ENABLE ROW LEVEL SECURITY",
                        "CREATE TABLE part (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                        "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (9)",
                        "ALTER TABLE part_1 ENABLE ROW LEVEL SECURITY",
                        "ALTER TABLE part_1 FORCE ROW LEVEL SECURITY");

        assertThat(Prepare.run(site.config(), Optional.empty(), out())).isOne();
        assertThat(printed.toString())
                .contains("public.tenant has row level security, which hides rows from Gemel's role: ALTER ROLE")
                .doesNotContain("public.part has row level security") // Gemel addresses the table, not its partition
                .contains("ALTER ROLE " + site.role() + " BYPASSRLS;")
                .doesNotContain("ALTER TABLE public.tenant");

        printed.getBuffer().setLength(0);
        assertThat(Prepare.run(site.config(), ADMINISTRATOR, out()))
                .as(printed::toString)
                .isZero();
        assertThat(printed.toString())
                .contains("ALTER ROLE " + site.role() + " BYPASSRLS;")
                .contains("ALTER TABLE public.tenant REPLICA IDENTITY FULL;");
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void takes_tables_that_are_refused_later_out_again_and_leaves_refused_ones_as_they_are(Version version)
            throws Exception {
        SiteFixture site = bank(version).execute("CREATE TABLE odd (k float8 PRIMARY KEY)");

        assertThat(Prepare.run(site.config(), ADMINISTRATOR, out())).isOne();
        assertThat(printed.toString())
                .contains("public.odd has the key column k of type double precision")
                .doesNotContain("ALTER TABLE public.odd");

        site.execute("ALTER TABLE account ALTER id TYPE numeric");
        assertThat(Prepare.run(site.config(), ADMINISTRATOR, out())).isOne();
        try (Connection connection = site.connectAsAdministrator()) {
            assertThat(Publication.find(connection, SiteConfig.PUBLICATION)
                            .orElseThrow()
                            .tables())
                    .contains("public.\"My Table\"")
                    .doesNotContain("public.account", "public.odd");
            assertThat(Sql.text(connection, "SELECT relreplident FROM pg_class WHERE relname = 'odd'"))
                    .isEqualTo("d");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void leaves_a_publication_made_by_hand_alone(Version version) throws Exception {
        SiteFixture site = bank(version).execute("CREATE PUBLICATION gemel FOR ALL TABLES");

        assertThat(Prepare.run(site.config(), ADMINISTRATOR, out())).isOne();

        assertThat(printed.toString()).contains("DROP PUBLICATION gemel");
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void gives_up_on_a_table_that_a_long_transaction_holds(Version version) throws Exception {
        SiteFixture site = bank(version);
        try (Connection application = site.connectAsAdministrator();
                Statement statement = application.createStatement()) {
            application.setAutoCommit(false);
            statement.execute("INSERT INTO account VALUES (1, 1)");

            assertThatThrownBy(() -> Prepare.run(site.config(), ADMINISTRATOR, out()))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining("gave up waiting for other transactions at: ALTER TABLE public.account")
                    .hasMessageContaining("run gemel prepare again");
            application.rollback();
        }
        assertThat(Prepare.run(site.config(), ADMINISTRATOR, out())).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void runs_from_the_command_line(Version version) throws Exception {
        SiteFixture site =
                bank(version).execute("CREATE ROLE boss_of_" + SITES.get() + " SUPERUSER LOGIN PASSWORD 'b'");
        Path password = folder.resolve("boss.password");
        SecretFile.write(password, "b\n");

        int exitCode = Gemel.commandLine()
                .setOut(out())
                .execute(
                        "prepare",
                        site.file().toString(),
                        "--admin-user=boss_of_" + SITES.get(),
                        "--admin-password-file=" + password);

        assertThat(exitCode).isZero();
        assertThat(printed.toString()).contains("site " + site.config().site() + " is prepared");
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void says_which_password_is_wrong_or_missing(Version version) throws Exception {
        SiteFixture site = bank(version);
        for (String password : new String[] {"", "wrong"}) {
            Administrator administrator =
                    new Administrator("postgres_" + site.config().site(), new Secret(password));

            assertThatThrownBy(() -> Prepare.run(site.config(), Optional.of(administrator), out()))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining(administrator.user())
                    .hasMessageContaining("correct --admin-user, or the file that --admin-password-file names");
        }
    }

    private static SiteFixture bank(Version version) throws SQLException {
        String name = "site" + SITES.incrementAndGet();
        return SiteFixture.create(
                        Objects.requireNonNull(SERVERS.get(version)),
                        kafka.bootstrapServers(),
                        folder,
                        name,
                        name + "_peer")
                .execute(
                        "CREATE TABLE account (id bigint PRIMARY KEY, balance bigint)",
                        "CREATE TABLE \"My Table\" (id int PRIMARY KEY)");
    }

    private static void runScript(SiteFixture site, String script) throws SQLException {
        try (Connection connection = site.connectAsAdministrator();
                Statement statement = connection.createStatement()) {
            for (String sql : script.replaceAll("(?m)^--.*$", "").split(";\\R", -1)) {
                if (!sql.isBlank()) {
                    statement.execute(sql);
                }
            }
        }
    }

    private PrintWriter out() {
        return new PrintWriter(printed, true);
    }
}
