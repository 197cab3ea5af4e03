package io.gemel.deploy.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.SiteFixture;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.log.LogTopic;
import io.gemel.deploy.prepare.Administrator;
import io.gemel.deploy.prepare.Prepare;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CheckIT {
    private static final AtomicInteger SITES = new AtomicInteger();
    private static final Map<Version, PostgresServer> SERVERS = new EnumMap<>(Version.class);
    private static final InstantSource CLOCK = InstantSource.system();

    @TempDir
    static Path folder;

    private static KafkaServer kafka;

    @BeforeAll
    static void start() {
        for (Version version : new Version[] {Version.V15, Version.V18}) {
            SERVERS.put(
                    version,
                    PostgresServer.builder(folder.resolve(version.name()))
                            .version(version)
                            .setting("max_slot_wal_keep_size", "10GB")
                            .setting("track_commit_timestamp", "on")
                            .setting("max_replication_slots", "50")
                            .withoutFsync()
                            .withPasswords()
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
    void finds_no_error_at_two_prepared_sites(Version version) throws Exception {
        SiteFixture east = site(version, "east", "west").execute("CREATE TABLE account (id bigint PRIMARY KEY, n int)");
        SiteFixture west = site(version, "west", "east").execute("CREATE TABLE account (id bigint PRIMARY KEY, n int)");
        prepare(east);
        prepare(west);

        Check.Result result = Check.run(List.of(east.config(), west.config()), CLOCK);

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(lines(result)).allMatch(line -> line.contains("has 1 replica(s)"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void names_everything_that_prepare_has_not_done(Version version) throws Exception {
        SiteFixture site = site(version).execute("CREATE TABLE account (id bigint PRIMARY KEY)");

        Check.Result result = check(site);

        assertThat(result.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(lines(result))
                .anyMatch(line -> line.contains("role " + site.role() + " may not log in or replicate"))
                .anyMatch(line -> line.contains("may not switch triggers off while applying"))
                .anyMatch(line -> line.contains("may not call pg_replication_origin_session_setup"))
                .anyMatch(line -> line.contains("schema gemel does not exist"))
                .anyMatch(line -> line.contains("gemel.\"window\" does not exist"))
                .anyMatch(line -> line.contains("publication gemel does not exist"))
                .anyMatch(line -> line.contains("public.account logs no full row images"))
                .anyMatch(line -> line.contains("public.account does not allow role"))
                .anyMatch(line -> line.contains("slot gemel_check") && line.contains(" does not exist"))
                .anyMatch(line -> line.contains("topic gemel.check") && line.contains(" does not exist"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void refuses_tables_that_cannot_be_replicated(Version version) throws Exception {
        SiteFixture site = site(version)
                .execute(
                        "CREATE TABLE keyless (n int)",
                        "CREATE TABLE late (id int PRIMARY KEY DEFERRABLE)",
                        "CREATE UNLOGGED TABLE forgetful (id int PRIMARY KEY)",
                        "CREATE EXTENSION file_fdw",
                        "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
                        "CREATE FOREIGN TABLE elsewhere (id int) SERVER files OPTIONS (filename '/dev/null')",
                        "CREATE TABLE part (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                        "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (2)");
        prepare(site);
        site.execute("CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (2) TO (3)");

        assertThat(lines(check(site)))
                .anyMatch(line -> line.contains("error") && line.contains("public.keyless has no primary key"))
                .anyMatch(line -> line.contains("public.late has a deferrable primary key"))
                .anyMatch(line -> line.contains("public.forgetful is unlogged"))
                .anyMatch(line -> line.contains("public.elsewhere is or has a foreign"))
                .anyMatch(line -> line.contains("public.part_2 logs no full row images"))
                .noneMatch(line -> line.contains("public.part_1"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void refuses_key_columns_whose_text_is_not_their_value(Version version) throws Exception {
        SiteFixture site = site(version)
                .execute(
                        "CREATE EXTENSION citext",
                        "CREATE TYPE mood AS ENUM ('good', 'bad')",
                        "CREATE DOMAIN amount AS numeric",
                        "CREATE DOMAIN code AS varchar(9)",
                        "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
                        "CREATE TABLE bad_a (id float8 PRIMARY KEY)",
                        "CREATE TABLE bad_b (id amount PRIMARY KEY)",
                        "CREATE TABLE bad_c (id citext PRIMARY KEY)",
                        "CREATE TABLE bad_d (id text COLLATE blind PRIMARY KEY)",
                        "CREATE TABLE bad_e (id interval PRIMARY KEY)",
                        "CREATE TABLE bad_f (id jsonb PRIMARY KEY)",
                        "CREATE TABLE bad_g (id int[] PRIMARY KEY)",
                        "CREATE TABLE bad_h (id int4range PRIMARY KEY)",
                        "CREATE TABLE bad_i (n int, id int GENERATED ALWAYS AS (n + 1) STORED PRIMARY KEY)",
                        "CREATE TABLE good (a numeric(9,2), b mood, c code, d timestamptz, e inet, f bytea, g uuid, h char(3),"
                                + " PRIMARY KEY (a, b, c, d, e, f, g, h))");

        List<String> refused = lines(check(site)).stream()
                .filter(line -> line.contains("has the key column"))
                .toList();

        assertThat(refused).hasSize(9).noneMatch(line -> line.contains("public.good"));
        assertThat(refused).anyMatch(line -> line.contains("public.bad_b") && line.contains("declare its scale"));
        assertThat(refused).anyMatch(line -> line.contains("public.bad_d") && line.contains("collation blind"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void warns_of_rules_that_two_writing_sites_feel_differently(Version version) throws Exception {
        SiteFixture site = site(version)
                .execute(
                        "CREATE TABLE account (id int PRIMARY KEY, email text UNIQUE, during int4range, kind regclass,"
                                + " EXCLUDE USING gist (during WITH &&))",
                        "ALTER TABLE account ENABLE ROW LEVEL SECURITY",
                        "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
                        "CREATE TRIGGER audit AFTER INSERT ON account FOR EACH ROW EXECUTE FUNCTION nothing()",
                        "CREATE TRIGGER plain AFTER INSERT ON account FOR EACH ROW EXECUTE FUNCTION nothing()",
                        "ALTER TABLE account ENABLE ALWAYS TRIGGER audit");
        prepare(site);

        Check.Result result = check(site.with("kafka.ssl.key.password", "written-out"));

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(lines(result))
                .allMatch(line -> line.startsWith("warning"))
                .anyMatch(line -> line.contains("has row level security"))
                .anyMatch(line -> line.contains("has the trigger audit"))
                .noneMatch(line -> line.contains("trigger plain"))
                .anyMatch(line -> line.contains("unique index account_email_key"))
                .anyMatch(line -> line.contains("exclusion constraint account_during_excl"))
                .anyMatch(line -> line.contains("column kind regclass"))
                .anyMatch(line -> line.contains("kafka.ssl.key.password is written out"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void notices_what_was_altered_after_preparing(Version version) throws Exception {
        SiteFixture site = site(version)
                .execute("CREATE TABLE account (id int PRIMARY KEY)", "CREATE TABLE entry (id int PRIMARY KEY)");
        prepare(site);
        site.execute(
                "ALTER TABLE gemel.applied DROP COLUMN horizon",
                "ALTER PUBLICATION gemel SET (publish = 'insert')",
                "ALTER PUBLICATION gemel DROP TABLE entry",
                "ALTER TABLE account REPLICA IDENTITY DEFAULT",
                "REVOKE TRUNCATE ON account FROM " + site.role(),
                "ALTER ROLE " + site.role() + " SUPERUSER");

        assertThat(lines(check(site)))
                .anyMatch(line -> line.contains("gemel.applied should have the column horizon text, but has none"))
                .anyMatch(line -> line.contains("publication gemel leaves out some kinds of change"))
                .anyMatch(line -> line.contains("publication gemel leaves out public.entry"))
                .anyMatch(line -> line.contains("public.account logs no full row images"))
                .anyMatch(line -> line.startsWith("warning") && line.contains("is a superuser"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void reports_patterns_that_match_nothing(Version version) throws Exception {
        SiteFixture site = site(version)
                .with("tables", "public.a*,public.nothing")
                .with("conflict.policy.public.b", "last-writer-wins")
                .execute("CREATE TABLE a (id int PRIMARY KEY)");

        assertThat(lines(check(site)))
                .anyMatch(line -> line.contains("tables=public.nothing matches no table"))
                .anyMatch(line -> line.contains("conflict.policy.public.b matches no replicated table"))
                .noneMatch(line -> line.contains("tables=public.a* matches"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void tells_wrong_password_missing_database_and_missing_server_apart(Version version) throws Exception {
        SiteFixture site = site(version).with("database.password", "wrong");
        Check.Result wrongPassword = check(site);
        assertThat(wrongPassword.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(lines(wrongPassword)).anyMatch(line -> line.contains("does not accept the password of role"));

        PostgresServer server = Objects.requireNonNull(SERVERS.get(version));
        site.with("database.password", SiteFixture.PASSWORD).with("database.url", server.jdbcUrl("nowhere"));
        Check.Result noDatabase = check(site);
        assertThat(noDatabase.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(lines(noDatabase)).anyMatch(line -> line.contains("has no such database"));

        site.with("database.url", "jdbc:postgresql://127.0.0.1:1/nowhere");
        Check.Result noServer = check(site);
        assertThat(noServer.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(lines(noServer))
                .anyMatch(line -> line.contains("cannot reach the database server at 127.0.0.1:1/nowhere"));
    }

    @Test
    void reports_kafka_that_cannot_be_reached() throws Exception {
        Check.Result result = check(site(Version.V18).with("kafka.bootstrap.servers", "127.0.0.1:1"));

        assertThat(result.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(lines(result)).anyMatch(line -> line.contains("cannot reach Kafka at 127.0.0.1:1"));
    }

    @Test
    void reports_a_log_topic_that_loses_order_or_records() throws Exception {
        SiteFixture site = site(Version.V18).with("transaction.part.bytes.max", "2MiB");
        SiteConfig config = site.config();
        try (LogTopic topic = new LogTopic(config.kafka(), config.logTopic())) {
            topic.create((short) 1, Map.of("cleanup.policy", "compact", "retention.ms", "1000"));
        }

        assertThat(lines(check(site)))
                .anyMatch(line -> line.contains("has cleanup.policy=compact"))
                .anyMatch(line -> line.startsWith("warning") && line.contains("is kept for 1000 ms"))
                .anyMatch(line -> line.contains("takes records of 1048588 bytes at most"));
    }

    @Test
    void reports_a_server_that_is_not_set_up() throws Exception {
        try (PostgresServer server = PostgresServer.builder(folder.resolve("plain"))
                .setting("wal_level", "replica")
                .setting("max_wal_senders", "0")
                .setting("max_replication_slots", "0")
                .withoutFsync()
                .build()
                .start()) {
            SiteFixture site = SiteFixture.create(server, kafka.bootstrapServers(), folder, "plain", "other");
            server.execute("postgres", "DROP DATABASE plain");
            server.execute("postgres", "CREATE DATABASE plain ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
            InstantSource ahead = () -> CLOCK.instant().plus(Duration.ofMinutes(1));

            assertThat(lines(Check.run(List.of(site.config()), ahead)))
                    .anyMatch(line -> line.contains("wal_level is replica"))
                    .anyMatch(line -> line.contains("max_replication_slots leaves no slot free"))
                    .anyMatch(line -> line.contains("max_wal_senders leaves none free"))
                    .anyMatch(line -> line.contains("database encoding is SQL_ASCII"))
                    .anyMatch(
                            line -> line.startsWith("warning") && line.contains("max_slot_wal_keep_size is unlimited"))
                    .anyMatch(line -> line.startsWith("warning") && line.contains("track_commit_timestamp is off"))
                    .anyMatch(line -> line.startsWith("warning") && line.contains("differs from this machine's by"))
                    .anyMatch(line -> line.contains("tables=public.* matches no table"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void reports_a_slot_that_the_server_invalidated(Version version) throws Exception {
        try (PostgresServer server = PostgresServer.builder(folder.resolve("narrow" + version))
                .version(version)
                .setting("max_slot_wal_keep_size", "1MB")
                .setting("max_wal_size", "32MB")
                .withoutFsync()
                .build()
                .start()) {
            SiteFixture site = SiteFixture.create(server, kafka.bootstrapServers(), folder, "narrow", "other")
                    .execute("CREATE TABLE account (id int PRIMARY KEY)");
            prepare(site);
            for (int segment = 0; segment < 4; segment++) {
                site.execute("SELECT pg_logical_emit_message(true, 'fill', 'x')", "SELECT pg_switch_wal()");
            }
            site.execute("CHECKPOINT");

            assertThat(lines(check(site)))
                    .anyMatch(line -> line.contains("was invalidated by the server (wal_removed)"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void compares_two_sites(Version version) throws Exception {
        SiteFixture east = site(version)
                .with("peer", "elsewhere")
                .with("log.topic.prefix", "a")
                .with("peer.kafka.bootstrap.servers", "localhost:" + kafka.port())
                .execute(
                        "CREATE TABLE account (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, b text NOT NULL,"
                                + " c text COLLATE \"C\")",
                        "CREATE TABLE odd (id bigint GENERATED ALWAYS AS IDENTITY (INCREMENT 2 START 1) PRIMARY KEY)",
                        "CREATE TABLE swapped (x int, y int, PRIMARY KEY (x, y))",
                        "CREATE TABLE alone (id int PRIMARY KEY)");
        SiteFixture west = site(version)
                .execute(
                        "CREATE TABLE account (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a bigint, b text, c text,"
                                + " d int)",
                        "CREATE TABLE odd (id bigint GENERATED ALWAYS AS IDENTITY (INCREMENT 2 START 2) PRIMARY KEY)",
                        "CREATE TABLE swapped (x int, y int, PRIMARY KEY (y, x))");

        List<String> lines = lines(Check.run(List.of(east.config(), west.config()), CLOCK));

        assertThat(lines)
                .anyMatch(line -> line.contains("site and peer do not match"))
                .anyMatch(line -> line.contains("log.topic.prefix is a in one file and gemel in the other"))
                .anyMatch(line -> line.startsWith("warning") && line.contains("reads its log at localhost"))
                .anyMatch(line -> line.contains("public.account.a is integer at"))
                .anyMatch(line -> line.startsWith("warning") && line.contains("public.account.b is NOT NULL at"))
                .anyMatch(
                        line -> line.startsWith("warning") && line.contains("public.account.c has the collation C at"))
                .anyMatch(line -> line.contains("public.account.d does not exist at"))
                .anyMatch(line -> line.startsWith("warning") && line.contains("public.account.id draws its values"))
                .noneMatch(line -> line.contains("public.odd.id"))
                .anyMatch(line -> line.contains("public.swapped has the key [x, y] at"))
                .anyMatch(line -> line.contains("public.alone is replicated by"));
    }

    private static SiteFixture site(Version version) throws SQLException {
        return site(version, "check" + SITES.incrementAndGet(), "other");
    }

    private static SiteFixture site(Version version, String name, String peer) throws SQLException {
        String suffix = name.startsWith("check") ? "" : "_" + version.major();
        return SiteFixture.create(
                Objects.requireNonNull(SERVERS.get(version)),
                kafka.bootstrapServers(),
                folder,
                name + suffix,
                peer + suffix);
    }

    private static void prepare(SiteFixture site) throws Exception {
        Optional<Administrator> administrator = Optional.of(new Administrator("postgres", new Secret("")));
        Prepare.run(site.config(), administrator, new PrintWriter(new StringWriter()));
    }

    private static Check.Result check(SiteFixture site) throws Exception {
        return Check.run(List.of(site.config()), CLOCK);
    }

    private static List<String> lines(Check.Result result) {
        List<String> lines = new ArrayList<>();
        result.findings().forEach(finding -> lines.add(finding.toString()));
        return lines;
    }
}
