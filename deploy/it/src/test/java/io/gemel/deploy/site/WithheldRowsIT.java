package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.CommandRun;
import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.reason.Advice;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that the database neither writes nor refuses: the applier says what withholds them, goes on with all else, and its advice works. */
class WithheldRowsIT {
    private static final String REASON = "SELECT reason FROM gemel.parked WHERE origin = 'east' ORDER BY id LIMIT 1";

    private static final String[] SCHEMA = {
        "CREATE SEQUENCE counted",
        "CREATE TABLE other (id int PRIMARY KEY, v text)",
        "CREATE TABLE filtered (id int PRIMARY KEY, v text)",
        "CREATE FUNCTION leave_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                + " IF TG_OP = 'DELETE' THEN RETURN CASE WHEN OLD.id % 2 = 0 THEN OLD END; END IF;"
                + " RETURN CASE WHEN NEW.id % 2 = 0 OR NEW.v = 'in' THEN NEW END; END $$",
        "CREATE TRIGGER left_out BEFORE INSERT OR UPDATE OR DELETE ON filtered FOR EACH ROW EXECUTE FUNCTION leave_out()",
        "ALTER TABLE filtered DISABLE TRIGGER left_out",
        "CREATE TABLE spread (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)",
        "CREATE TABLE spread_a PARTITION OF spread FOR VALUES FROM (0) TO (10)",
        "CREATE TRIGGER left_out BEFORE INSERT OR UPDATE OR DELETE ON spread_a FOR EACH ROW EXECUTE FUNCTION leave_out()",
        "ALTER TABLE spread_a DISABLE TRIGGER left_out",
        "CREATE TABLE ruled (id int PRIMARY KEY, v text)",
        "CREATE RULE kept AS ON DELETE TO ruled DO INSTEAD NOTHING",
        "ALTER TABLE ruled DISABLE RULE kept",
        "CREATE TABLE hidden (id int PRIMARY KEY, v text)"
    };

    @TempDir
    static Path folder;

    private static TwoSites sites;

    private final CommandRun commands = new CommandRun();

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of());
        sites.schema(TwoSites.PROBE).schema(SCHEMA).prepare().run();
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    @ParameterizedTest
    @CsvSource({
        "filtered, filtered, INSERT INTO filtered VALUES (1; 'out')",
        "filtered, filtered, UPDATE filtered SET v = 'out' WHERE id = 3",
        "filtered, filtered, DELETE FROM filtered WHERE id = 5",
        "spread, spread_a, UPDATE spread SET v = 'out' WHERE id = 3"
    })
    @Follows(Advice.APPLY_WITHHELD)
    void parks_what_a_replica_trigger_leaves_out(String table, String leaf, String change) throws Exception {
        sites.east()
                .execute("DELETE FROM " + table, "INSERT INTO " + table + " VALUES (3, 'in'), (4, 'in'), (5, 'in')");
        sites.settle();
        sites.west().execute("ALTER TABLE " + leaf + " ENABLE REPLICA TRIGGER left_out");
        sites.east()
                .execute(
                        change.replace(';', ','),
                        "UPDATE " + table + " SET v = 'even' WHERE id = 4",
                        "INSERT INTO other VALUES (nextval('counted'), 'goes on')");
        sites.settle();

        sites.assertEqual("other");
        assertThat(TwoSites.rows(sites.west(), table)).contains("(4,even)");
        assertThat(TwoSites.texts(sites.west(), REASON).get(0))
                .contains("trigger \"left_out\"")
                .contains("public." + table)
                .contains("; then 'gemel parked FILE retry ID'");
        sites.west().execute(stated(sites.west(), "DISABLE TRIGGER"));
        decide(sites.west(), "retry");
        sites.assertEqual(table);
    }

    @Test
    @Follows(Advice.APPLY_WITHHELD)
    void parks_what_a_replica_rule_keeps() throws Exception {
        sites.east().execute("INSERT INTO ruled VALUES (1, 'a'), (2, 'a')");
        sites.settle();
        sites.west().execute("ALTER TABLE ruled ENABLE REPLICA RULE kept");
        // Seen at both, so that no statement with RETURNING is needed, which such a rule refuses.
        sites.pause();
        sites.west().execute("UPDATE ruled SET v = 'b' WHERE id = 1");
        sites.east().execute("DELETE FROM ruled WHERE id = 1");
        sites.resume();
        sites.settle();

        assertThat(TwoSites.texts(sites.west(), REASON).get(0))
                .contains("rule \"kept\"")
                .contains("public.ruled");
        sites.west().execute(stated(sites.west(), "DISABLE RULE"));
        decide(sites.west(), "retry");
        sites.assertEqual("ruled");
    }

    @Test
    @Follows(Advice.APPLY_ROW_HIDDEN)
    void halts_at_rows_that_row_security_hides_and_goes_on_when_they_are_shown() throws Exception {
        sites.east().execute("INSERT INTO hidden VALUES (1, 'a')");
        sites.settle();
        sites.west()
                .execute(
                        "ALTER TABLE hidden ENABLE ROW LEVEL SECURITY",
                        "CREATE POLICY narrow ON hidden USING (v = 'seen') WITH CHECK (true)");
        sites.east().execute("UPDATE hidden SET v = 'b' WHERE id = 1");
        sites.showHiddenRows(sites.supervisors().get(1), sites.west(), "BYPASSRLS", "hidden");
        sites.settle();
        sites.assertEqual("hidden");
    }

    /** The statement of the reason, to be run by whoever finds no table without its schema. */
    private static String stated(SiteFixture site, String what) throws Exception {
        Matcher statement = Pattern.compile("ALTER TABLE [^;]+ " + what + " [^;]+")
                .matcher(TwoSites.texts(site, REASON).get(0));
        assertThat(statement.find()).isTrue();
        return "SET search_path = pg_catalog; " + statement.group();
    }

    private void decide(SiteFixture site, String decision) throws Exception {
        for (List<String> ids = parked(site); !ids.isEmpty(); ids = parked(site)) {
            assertThat(commands.run("parked", site.file(), decision, ids.get(0)))
                    .as(commands::err)
                    .isEqualTo(ExitCode.DONE);
        }
        sites.settle();
        assertThat(parked(sites.east())).isEmpty();
        assertThat(parked(sites.west())).isEmpty();
    }

    private static List<String> parked(SiteFixture site) throws Exception {
        return TwoSites.texts(site, "SELECT id FROM gemel.parked ORDER BY id");
    }
}
