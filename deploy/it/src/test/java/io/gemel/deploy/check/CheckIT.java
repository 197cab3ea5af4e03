package io.gemel.deploy.check;

import static io.gemel.deploy.check.CheckServers.CLOCK;
import static io.gemel.deploy.check.CheckServers.check;
import static io.gemel.deploy.check.CheckServers.lines;
import static io.gemel.deploy.check.CheckServers.prepare;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.Gemel;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.Cause;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CheckIT {
    @TempDir
    static Path folder;

    private static CheckServers servers;

    @BeforeAll
    static void start() {
        servers = CheckServers.start(folder);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void finds_no_error_at_two_prepared_sites(Version version) throws Exception {
        SiteFixture east = servers.site(version, "east_" + version.major(), "west_" + version.major())
                .execute("CREATE TABLE account (id bigint PRIMARY KEY, n int UNIQUE)");
        SiteFixture west = servers.site(version, "west_" + version.major(), "east_" + version.major())
                .execute("CREATE TABLE account (id bigint PRIMARY KEY, n int UNIQUE)");
        prepare(east);
        prepare(west);

        Check.Result result = Check.run(List.of(east.config(), west.config()), CLOCK);

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(result.findings())
                .filteredOn(finding -> finding.severity() != Finding.Severity.NOTE)
                .extracting(Finding::cause)
                .containsExactly(Cause.LOG_DURABILITY, Cause.LOG_DURABILITY);

        east.with("check.acknowledged", "log-durability");
        west.with("check.acknowledged", "log-durability");
        StringWriter printed = new StringWriter();
        int exitCode = Gemel.commandLine()
                .setOut(new PrintWriter(printed, true))
                .execute("check", east.file().toString(), west.file().toString());

        assertThat(exitCode).isEqualTo(ExitCode.DONE);
        assertThat(printed.toString().lines())
                .hasSize(5)
                .allMatch(line -> line.startsWith("note") || line.startsWith(" ") || line.startsWith("ok: "))
                .anyMatch(line -> line.endsWith("(errors 0, warnings 0, notes 2, acknowledged 2)"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void its_statements_for_sequences_end_the_warning(Version version) throws Exception {
        String[] schema = {
            "CREATE TABLE serial_ids (id serial PRIMARY KEY)",
            "CREATE TABLE identities (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
            "CREATE SEQUENCE shared INCREMENT 50",
            "CREATE TABLE shares (id bigint DEFAULT nextval('shared') PRIMARY KEY)",
            "CREATE SEQUENCE \"By Name\"",
            "CREATE SEQUENCE downwards INCREMENT -1",
            "INSERT INTO serial_ids SELECT nextval('serial_ids_id_seq') FROM generate_series(1, 7)",
            "INSERT INTO identities OVERRIDING SYSTEM VALUE VALUES (1000)",
            "CREATE TABLE identities_old (PRIMARY KEY (id)) INHERITS (identities)",
            "INSERT INTO identities_old VALUES (9000000)"
        };
        SiteFixture east = servers.site(version).execute(schema);
        SiteFixture west = servers.site(version).execute(schema).execute("SELECT nextval('shared')");
        east.with("site", "east").with("peer", "west");
        west.with("site", "west").with("peer", "east");
        prepare(east);
        prepare(west);

        List<Finding> warned = sequences(east, west);
        assertThat(warned)
                .extracting(Finding::subject)
                .containsExactlyInAnyOrder(
                        "public.serial_ids.id",
                        "public.identities.id",
                        "public.shares.id",
                        "public.\"By Name\"",
                        "public.downwards");
        follow(warned, "at east run (GRANT [^;]+;) at west run (GRANT [^;]+;) then check again", east, west);
        follow(sequences(east, west), "at east run (ALTER [^;]+;) at west run (ALTER [^;]+;)", east, west);

        assertThat(sequences(east, west)).isEmpty();
        String draw = "SELECT nextval('identities_id_seq') FROM generate_series(1, 1000)";
        assertThat(values(east, draw))
                .doesNotContainAnyElementsOf(values(west, draw))
                .allMatch(value -> value > 1000 && value < 9000000);
        assertThat(values(east, "SELECT nextval('shared')")).containsExactly(51L);
        assertThat(values(west, "SELECT nextval('shared')")).containsExactly(101L);
        assertThat(sequences(east, west)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void names_what_is_defined_at_one_site_only(Version version) throws Exception {
        String[] both = {
            "CREATE SCHEMA app",
            "CREATE TABLE parent (id int PRIMARY KEY)",
            "CREATE TYPE app.same AS ENUM ('a')",
            "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
        };
        SiteFixture east = servers.site(version)
                .execute(both)
                .execute(
                        "CREATE TYPE mood AS ENUM ('good', 'bad', 'meh')",
                        "CREATE TYPE pair AS (a int, b text)",
                        "CREATE DOMAIN amount AS int CHECK (VALUE > 0)",
                        "CREATE TABLE t (id int PRIMARY KEY, email text UNIQUE, n int CHECK (n > 0), m mood, p pair[],"
                                + " a amount, s app.same, parent int REFERENCES parent, during int4range,"
                                + " g int GENERATED ALWAYS AS (n * 2) STORED, EXCLUDE USING gist (during WITH &&))",
                        "CREATE TRIGGER audit BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION nothing()",
                        "ALTER TABLE t ENABLE ALWAYS TRIGGER audit",
                        "CREATE TABLE part (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                        "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10)",
                        "CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10) TO (20)");
        SiteFixture west = servers.site(version)
                .execute(both)
                .execute(
                        "CREATE TYPE mood AS ENUM ('good', 'bad')",
                        "CREATE TYPE pair AS (a int)",
                        "CREATE DOMAIN amount AS int",
                        "CREATE TABLE t (id int PRIMARY KEY, email text, n int, m mood, p pair[], a amount, s app.same,"
                                + " parent int, during int4range, g int GENERATED ALWAYS AS (n * 3) STORED)",
                        "CREATE TABLE part (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                        "CREATE TABLE any_name PARTITION OF part FOR VALUES FROM (0) TO (10)");
        west.execute("ALTER ROLE " + west.role() + " SET search_path = app, public");

        List<String> lines = lines(Check.run(List.of(east.config(), west.config()), CLOCK)).stream()
                .filter(line -> line.contains("[pair-"))
                .toList();

        assertThat(lines)
                .anyMatch(line -> line.startsWith("error") && line.contains("type public.mood is an enum of 'good',"))
                .anyMatch(line -> line.startsWith("error") && line.contains("type public.pair is a composite of"))
                .anyMatch(line -> line.startsWith("error") && line.contains("type public.amount is a domain over"))
                .anyMatch(line -> line.contains("has the unique key USING btree (email)"))
                .anyMatch(line -> line.contains("has the unique key EXCLUDE USING gist (during WITH &&)"))
                .anyMatch(line -> line.contains("has the FOREIGN KEY (parent) REFERENCES public.parent(id)"))
                .anyMatch(line -> line.contains("has the CHECK ((n > 0))"))
                .anyMatch(line -> line.contains("has the trigger audit ALWAYS"))
                .anyMatch(line -> line.startsWith("error") && line.contains("computes g AS (n * 2)"))
                .anyMatch(line -> line.contains("has partitions FOR VALUES FROM (10) TO (20)"))
                .noneMatch(line -> line.contains("app.same") || line.contains("FROM (0) TO (10)"))
                .hasSize(11); // the generated column at either site
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void sees_no_difference_in_how_a_role_prints_values(Version version) throws Exception {
        String[] both = {
            "CREATE TABLE term (id int PRIMARY KEY, lasts interval CHECK (lasts > '1 day 02:00'), ends date CHECK (ends > '2026-01-02'),"
                    + " code bytea CHECK (code <> 'gemel'))",
            "CREATE TABLE part (at timestamptz PRIMARY KEY) PARTITION BY RANGE (at)",
            "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2026-01-01 00:00+00') TO ('2026-02-01 00:00+00')"
        };
        SiteFixture east = servers.site(version).execute(both);
        SiteFixture west = servers.site(version).execute(both);
        for (String odd : List.of(
                "IntervalStyle = 'sql_standard'",
                "DateStyle = 'German, DMY'",
                "TimeZone = 'Asia/Kathmandu'",
                "bytea_output = 'escape'",
                "quote_all_identifiers = on")) {
            west.execute("ALTER ROLE " + west.role() + " SET " + odd);
        }

        assertThat(lines(Check.run(List.of(east.config(), west.config()), CLOCK)))
                .noneMatch(line -> line.contains("[pair-"));
    }

    private static void follow(List<Finding> findings, String expected, SiteFixture east, SiteFixture west)
            throws SQLException {
        for (Finding finding : findings) {
            Matcher statements = Pattern.compile(expected).matcher(finding.fix());
            assertThat(statements.matches()).as(finding.fix()).isTrue();
            east.execute(statements.group(1));
            west.execute(statements.group(2));
        }
    }

    private static List<Finding> sequences(SiteFixture east, SiteFixture west) throws Exception {
        List<Finding> found =
                Check.run(List.of(east.config(), west.config()), CLOCK).findings();
        assertThat(found)
                .filteredOn(finding -> finding.cause() == Cause.UNREACHABLE)
                .isEmpty();
        return found.stream()
                .filter(finding -> finding.cause() == Cause.SEQUENCES)
                .toList();
    }

    private static List<Long> values(SiteFixture site, String query) throws SQLException {
        try (Connection connection = site.connectAsAdministrator()) {
            return Sql.list(connection, row -> row.getLong(1), query);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void names_everything_that_prepare_has_not_done(Version version) throws Exception {
        SiteFixture site = servers.site(version).execute("CREATE TABLE account (id bigint PRIMARY KEY)");

        Check.Result result = check(site);

        assertThat(result.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(lines(result))
                .anyMatch(line -> line.contains("role " + site.role() + " may not log in or replicate"))
                .anyMatch(line -> line.contains("may not disable triggers while applying"))
                .anyMatch(line -> line.contains("may not call pg_replication_origin_session_setup"))
                .anyMatch(line -> line.contains("schema gemel does not exist"))
                .noneMatch(line -> line.contains("gemel.applied does not exist"))
                .anyMatch(line -> line.contains("publication gemel does not exist"))
                .anyMatch(line -> line.contains("public.account logs no full row images"))
                .anyMatch(line -> line.contains("public.account does not allow role"))
                .anyMatch(line -> line.contains("slot gemel_check") && line.contains(" does not exist"))
                .anyMatch(line -> line.contains("topic gemel.check") && line.contains(" does not exist"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void notices_what_was_altered_after_preparing(Version version) throws Exception {
        SiteFixture site = servers.site(version)
                .execute("CREATE TABLE account (id int PRIMARY KEY)", "CREATE TABLE entry (id int PRIMARY KEY)");
        prepare(site);
        site.execute(
                "ALTER TABLE gemel.applied DROP COLUMN horizon, ALTER COLUMN version_micros TYPE text",
                "ALTER PUBLICATION gemel SET (publish = 'insert')",
                "ALTER PUBLICATION gemel DROP TABLE entry",
                "ALTER TABLE account REPLICA IDENTITY DEFAULT",
                "REVOKE TRUNCATE ON account FROM " + site.role(),
                "ALTER ROLE " + site.role() + " SUPERUSER");

        assertThat(lines(check(site)))
                .anyMatch(line -> line.contains("gemel.applied has no column horizon"))
                .anyMatch(line ->
                        line.contains("gemel.applied should have the column version_micros bigint, but has text"))
                .anyMatch(line -> line.contains("publication gemel leaves out some kinds of change"))
                .anyMatch(line -> line.contains("publication gemel leaves out public.entry"))
                .anyMatch(line -> line.contains("public.account logs no full row images"))
                .anyMatch(line -> line.startsWith("warning") && line.contains("is a superuser"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void names_what_a_router_cannot_rest_on(Version version) throws Exception {
        String vm = "vm_" + version.major();
        SiteFixture site = servers.site(version)
                .with("vm.roles", vm + ", " + vm + "_boss")
                .with("submission.retention", "1h")
                .with("router.token", "s3cret")
                .execute(
                        "CREATE TABLE account (id int PRIMARY KEY)",
                        "CREATE ROLE " + vm + " LOGIN",
                        "CREATE ROLE " + vm + "_boss LOGIN SUPERUSER");
        prepare(site);

        assertThat(lines(check(site)))
                .anyMatch(line -> line.contains("role " + vm + "_boss is named in vm.roles and is a superuser"))
                .noneMatch(line -> line.contains("role " + vm + " "))
                .anyMatch(line -> line.startsWith("warning") && line.contains("submission.retention is shorter"))
                .anyMatch(line -> line.startsWith("warning") && line.contains("router.token is in plain text"));

        site.with("router.token", "")
                .with("status.listen", "0.0.0.0:7070")
                .execute("REVOKE SELECT ON gemel.gate FROM " + vm);
        site.execute("REVOKE pg_signal_backend FROM " + site.role());

        assertThat(lines(check(site)))
                .anyMatch(line -> line.contains("router.token is empty while status.listen is not on a loopback"))
                .anyMatch(line -> line.contains("gemel.gate does not allow role " + vm + " to SELECT"))
                .anyMatch(line -> line.contains("may not terminate the sessions of a lost VM"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void compares_two_sites(Version version) throws Exception {
        SiteFixture east = servers.site(version)
                .with("peer", "elsewhere")
                .with("log.topic.prefix", "a")
                .with(
                        "peer.kafka.bootstrap.servers",
                        "localhost:" + servers.kafka().port())
                .with("conflict.policy.public.odd", "column-merge")
                .execute(
                        "CREATE TABLE account (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, b text NOT NULL,"
                                + " c text COLLATE \"C\")",
                        "CREATE TABLE odd (id bigint GENERATED ALWAYS AS IDENTITY (INCREMENT 2 START 1) PRIMARY KEY)",
                        "CREATE TABLE swapped (x int, y int, PRIMARY KEY (x, y))",
                        "CREATE TABLE alone (id int PRIMARY KEY)");
        SiteFixture west = servers.site(version)
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
                .anyMatch(line -> line.contains("public.odd has the conflict policy column-merge at"))
                .anyMatch(line -> line.contains("public.swapped has the key [x, y] at"))
                .anyMatch(line -> line.contains("public.alone is replicated by"));
    }
}
