package io.gemel.deploy.check;

import static io.gemel.deploy.check.CheckServers.check;
import static io.gemel.deploy.check.CheckServers.lines;
import static io.gemel.deploy.check.CheckServers.prepare;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TableCheckIT {
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
    void refuses_tables_that_cannot_be_replicated(Version version) throws Exception {
        SiteFixture site = servers.site(version)
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

    @Test
    void refuses_columns_that_are_computed_when_read() throws Exception {
        SiteFixture site = servers.site(Version.V18)
                .execute(
                        "CREATE TABLE computed (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) VIRTUAL)",
                        "CREATE TABLE stored (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED)");
        prepare(site);
        site.execute("ALTER PUBLICATION gemel SET (publish_generated_columns = none)");

        assertThat(lines(check(site)))
                .anyMatch(line -> line.contains("public.computed has a virtual generated column"))
                .anyMatch(line -> line.contains("publication gemel leaves out some kinds of change or of columns"))
                .noneMatch(line -> line.contains("public.stored"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void refuses_key_columns_whose_text_is_not_their_value(Version version) throws Exception {
        SiteFixture site = servers.site(version)
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
        SiteFixture site = servers.site(version)
                .execute(
                        "CREATE TABLE account (id int PRIMARY KEY, email text UNIQUE, during int4range, kind regclass,"
                                + " EXCLUDE USING gist (during WITH &&))",
                        "ALTER TABLE account ENABLE ROW LEVEL SECURITY",
                        "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
                        "CREATE TRIGGER audit AFTER INSERT ON account FOR EACH ROW EXECUTE FUNCTION nothing()",
                        "CREATE TRIGGER plain AFTER INSERT ON account FOR EACH ROW EXECUTE FUNCTION nothing()",
                        "ALTER TABLE account ENABLE ALWAYS TRIGGER audit",
                        "CREATE TABLE part (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                        "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (2)",
                        "CREATE TRIGGER filter BEFORE INSERT ON part FOR EACH ROW EXECUTE FUNCTION nothing()",
                        "ALTER TABLE part_1 ENABLE REPLICA TRIGGER filter");
        prepare(site);

        Check.Result result = check(site.with("kafka.ssl.key.password", "written-out"));

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(lines(result))
                .noneMatch(line -> line.startsWith("error"))
                .noneMatch(line -> line.contains("has row level security")) // prepare has granted BYPASSRLS
                .anyMatch(line -> line.contains("has the trigger audit"))
                .noneMatch(line -> line.contains("trigger plain") || line.contains("public.part has the trigger"))
                .anyMatch(line -> line.contains("public.part_1 has the trigger filter, enabled REPLICA: it fires only"))
                .anyMatch(line -> line.contains("unique index account_email_key"))
                .anyMatch(line -> line.contains("exclusion constraint account_during_excl"))
                .anyMatch(line -> line.contains("column kind regclass"))
                .anyMatch(line -> line.contains("kafka.ssl.key.password is in plain text"));

        site.execute(
                "ALTER ROLE " + site.role() + " NOBYPASSRLS",
                "CREATE RULE copy AS ON INSERT TO account DO ALSO NOTHING",
                "ALTER TABLE account ENABLE REPLICA RULE copy");

        assertThat(lines(check(site)))
                .anyMatch(line -> line.startsWith("error") && line.contains("public.account has row level security"))
                .anyMatch(line -> line.startsWith("warning") && line.contains("has the rule copy, enabled REPLICA"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void says_what_a_row_may_lose_to_another_one(Version version) throws Exception {
        SiteFixture site = servers.site(version)
                .with("conflict.policy.public.removed", "unique(remove)")
                .with("conflict.policy.public.plain", "unique(remove), orphan(revive)")
                .execute(
                        "CREATE TABLE loses (id int PRIMARY KEY, name text UNIQUE)",
                        "CREATE TABLE goes (id int PRIMARY KEY, name text NOT NULL, UNIQUE (id, name))",
                        "CREATE TABLE removed (id int PRIMARY KEY, name text UNIQUE)",
                        "CREATE TABLE computed (id int PRIMARY KEY, name text,"
                                + " upper_name text NOT NULL UNIQUE GENERATED ALWAYS AS (upper(name)) STORED)",
                        "CREATE TABLE lower_case (id int PRIMARY KEY, name text)",
                        "CREATE UNIQUE INDEX lower_name ON lower_case (lower(name))",
                        "CREATE TABLE booking (id int PRIMARY KEY, during int4range NOT NULL,"
                                + " EXCLUDE USING gist (during WITH &&))",
                        "CREATE TABLE plain (id int PRIMARY KEY)");

        assertThat(lines(check(site)))
                .anyMatch(line -> line.contains("public.loses has the unique index") && line.contains("gets NULL"))
                .anyMatch(line -> line.contains("public.goes has the unique index")
                        && line.contains("is removed, since none of its columns may be NULL"))
                .anyMatch(line -> line.contains("public.removed has") && line.contains("as unique(remove) says"))
                .anyMatch(line -> line.contains("public.computed has") && line.contains("gets NULL"))
                .anyMatch(line -> line.contains("lower_name") && line.contains("gets NULL"))
                .anyMatch(line -> line.contains("public.booking has the exclusion") && line.contains("is removed"))
                .anyMatch(line -> line.contains("public.plain has the policy unique(remove), but no unique key"))
                .anyMatch(line -> line.contains("public.plain has a policy for orphans, but no foreign key"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void warns_of_foreign_keys_whose_orphans_nobody_finds(Version version) throws Exception {
        SiteFixture site = servers.site(version)
                .with("tables.exclude", "public.elsewhere")
                .execute(
                        "CREATE TABLE elsewhere (id int PRIMARY KEY)",
                        "CREATE TABLE parent (id int PRIMARY KEY, code text UNIQUE)",
                        "CREATE TABLE watched (id int PRIMARY KEY, parent int REFERENCES parent)",
                        "CREATE TABLE coded (id int PRIMARY KEY, parent text REFERENCES parent (code))",
                        "CREATE TABLE outside (id int PRIMARY KEY, other int REFERENCES elsewhere)",
                        "CREATE TABLE part (id int PRIMARY KEY, parent int REFERENCES parent) PARTITION BY RANGE (id)",
                        "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (2)");

        assertThat(lines(check(site)).stream().filter(line -> line.contains("foreign key")))
                .hasSize(2)
                .anyMatch(line -> line.contains("public.part has the foreign key part_parent_fkey"))
                .anyMatch(line -> line.contains("public.coded has the foreign key coded_parent_fkey"));
    }

    @Test
    void refuses_policies_that_their_columns_cannot_serve() throws Exception {
        SiteFixture site = servers.site(Version.V18)
                .with("conflict.policy.public.added", "delta(n, absent, words, id, maybe)")
                .with("conflict.policy.public.compared", "greatest(words)")
                .with("conflict.policy.public.good", "greatest(at), delta(n)")
                .execute(
                        "CREATE DOMAIN amount AS numeric(9,2)",
                        "CREATE TABLE added (id int PRIMARY KEY, n amount NOT NULL, maybe int, words text)",
                        "CREATE TABLE compared (id int PRIMARY KEY, words text)",
                        "CREATE TABLE good (id int PRIMARY KEY, n amount NOT NULL, at timestamptz)");

        assertThat(lines(check(site)))
                .anyMatch(line -> line.contains("error") && line.contains("public.added.absent does not exist"))
                .anyMatch(line -> line.contains("public.added.words is of type text"))
                .anyMatch(line -> line.contains("public.added.id is part of the primary key"))
                .anyMatch(line -> line.contains("warning") && line.contains("public.added.maybe is added up"))
                .anyMatch(line -> line.contains("public.compared.words is of type text"))
                .anyMatch(line -> line.contains("warning") && line.contains("public.good keeps the row with"))
                .noneMatch(line -> line.contains("public.added.n ") || line.contains("public.good.n"));
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void reports_patterns_that_match_nothing(Version version) throws Exception {
        SiteFixture site = servers.site(version)
                .with("tables", "public.a*,public.nothing")
                .with("conflict.policy.public.b", "last-writer-wins")
                .execute("CREATE TABLE a (id int PRIMARY KEY)");

        assertThat(lines(check(site)))
                .anyMatch(line -> line.contains("tables=public.nothing matches no table"))
                .anyMatch(line -> line.contains("conflict.policy.public.b matches no replicated table"))
                .noneMatch(line -> line.contains("tables=public.a* matches"));

        assertThat(lines(check(site.with("tables", "public.nothing,public.neither"))))
                .filteredOn(line -> line.contains("matches no table"))
                .singleElement()
                .asString()
                .contains("tables=public.nothing, public.neither");
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void refuses_columns_that_cannot_travel_as_text(Version version) throws Exception {
        SiteFixture site = servers.site(version)
                .execute(
                        "CREATE EXTENSION lo",
                        "CREATE TYPE pair AS (a int, b text)",
                        "CREATE DOMAIN handle AS oid",
                        "CREATE TYPE file AS (name text, handle handle)",
                        "CREATE TABLE files (id int PRIMARY KEY, all_files file[])",
                        "CREATE TABLE statistic (id int PRIMARY KEY, n pg_ndistinct)",
                        "CREATE TABLE pictures (id int PRIMARY KEY, content lo[])",
                        "CREATE TABLE picture (id int PRIMARY KEY, content lo)",
                        "CREATE TABLE good (id int PRIMARY KEY, a jsonb, b int[], c pair, d tsvector, e int4range, f point)");

        assertThat(lines(check(site)))
                .anyMatch(line -> line.contains("public.statistic has the column n pg_ndistinct"))
                .anyMatch(
                        line -> line.startsWith("error") && line.contains("public.picture has the column content lo,"))
                .anyMatch(line -> line.startsWith("error") && line.contains("has the column content lo[],"))
                .anyMatch(line -> line.startsWith("warning") && line.contains("public.files has the column all_files"))
                .noneMatch(line -> line.contains("public.good has the column"));
    }
}
