package io.gemel.deploy.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.CommandRun;
import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.SiteSupervisor;
import io.gemel.deploy.site.TwoSites;
import io.gemel.reason.Advice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A halt at a row that differs ends with the command that its reason names: both sites hold the same row, and no conflict is made. */
class RepairCommandIT {
    private static final Pattern COMMANDS = Pattern.compile(
            "taken here: (gemel repair .*) ; or .* taken at both: (gemel repair .*) \\[apply.row-diverged\\]");
    private static final String ODD = "\"Odd \"\"Schema\"\"\".\"it's $HOME, [odd]\"";

    @TempDir
    static Path folder;

    private static TwoSites sites;

    private final CommandRun commands = new CommandRun();

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of("tables", "public.*, \"Odd \"\"Schema\"\"\".*"));
        sites.schema(TwoSites.PROBE)
                .schema(
                        "CREATE TABLE account (id int PRIMARY KEY, balance int)",
                        "INSERT INTO account SELECT id, 100 FROM generate_series(-9, 40) AS id",
                        "CREATE SCHEMA \"Odd \"\"Schema\"\"\"",
                        "CREATE TABLE " + ODD + " (b text, a text, v text, PRIMARY KEY (a, b))")
                .prepare()
                .run();
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    @AfterEach
    void is_equal_and_goes_on() throws Exception {
        sites.settle();
        sites.assertEqual("account", ODD);
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            assertThat(TwoSites.texts(site, "SELECT * FROM gemel.repair")).isEmpty();
            assertThat(TwoSites.texts(site, "SELECT kind FROM gemel.journal WHERE kind <> 'ROW_DIVERGED'"))
                    .as("conflicts that a repair made")
                    .isEmpty();
        }
    }

    @Test
    @Follows(Advice.APPLY_ROW_DIVERGED)
    void takes_the_peers_row() throws Exception {
        past(sites.west(), "UPDATE account SET balance = 7 WHERE id = 1");
        sites.east().execute("UPDATE account SET balance = 101 WHERE id = 1");

        follow(west(), sites.west(), "peer");

        sites.settle();
        assertThat(TwoSites.rows(sites.west(), "account")).contains("(1,101)");
        assertThat(TwoSites.texts(
                        sites.west(),
                        "SELECT local_after->>'balance', incoming_after->>'balance', outcome->>'balance', resolution"
                                + " FROM gemel.journal WHERE key = '{1}' AND policy LIKE 'repair --take=peer by %'"))
                .containsExactly("7|101|101|incoming wins");
    }

    @Test
    @Follows(Advice.APPLY_ROW_DIVERGED)
    void keeps_this_sites_row_and_gives_it_to_the_peer() throws Exception {
        past(sites.west(), "UPDATE account SET balance = 7 WHERE id = 2");
        sites.east().execute("UPDATE account SET balance = 101 WHERE id = 2");

        follow(west(), sites.west(), "here");

        sites.settle();
        assertThat(TwoSites.rows(sites.east(), "account")).contains("(2,7)");
        assertThat(TwoSites.texts(
                        sites.west(),
                        "SELECT local_after->>'balance', incoming_after->>'balance', outcome->>'balance', resolution"
                                + " FROM gemel.journal WHERE key = '{2}' AND policy LIKE 'repair --take=here by %'"))
                .containsExactly("7|101|7|local wins");
    }

    @Test
    void goes_on_by_itself_when_both_rows_are_equal_again() throws Exception {
        // As operators do it: each row that differs is written by hand before anybody changes it, one at each site.
        past(sites.west(), "UPDATE account SET balance = 7 WHERE id IN (3, 4)");
        sites.west().execute("UPDATE account SET balance = 100 WHERE id = 3");
        sites.east().execute("UPDATE account SET balance = 7 WHERE id = 4");
        sites.settle();
        assertThat(TwoSites.rows(sites.east(), "account")).contains("(3,100)", "(4,7)");
        assertThat(TwoSites.texts(sites.east(), "SELECT * FROM gemel.journal WHERE key IN ('{3}', '{4}')"))
                .isEmpty();
    }

    @Test
    void repairs_a_row_that_is_missing_here() throws Exception {
        past(sites.west(), "DELETE FROM account WHERE id IN (5, 6)");
        sites.east().execute("UPDATE account SET balance = 101 WHERE id = 5");
        follow(west(), sites.west(), "peer");
        sites.east().execute("UPDATE account SET balance = 101 WHERE id = 6");
        follow(west(), sites.west(), "here");

        sites.settle();
        assertThat(TwoSites.rows(sites.east(), "account")).contains("(5,101)").doesNotContain("(6,101)");
    }

    @Test
    void repairs_a_row_that_is_too_many_here() throws Exception {
        past(sites.west(), "INSERT INTO account VALUES (41, 7), (42, 7)");
        sites.east().execute("INSERT INTO account VALUES (41, 101)");
        follow(west(), sites.west(), "peer");
        sites.east().execute("INSERT INTO account VALUES (42, 101)");
        follow(west(), sites.west(), "here");

        sites.settle();
        assertThat(TwoSites.rows(sites.east(), "account")).contains("(41,101)", "(42,7)");
    }

    @Test
    void repairs_a_row_that_the_peer_deleted() throws Exception {
        past(sites.west(), "UPDATE account SET balance = 7 WHERE id IN (7, 8)");
        sites.east().execute("DELETE FROM account WHERE id = 7");
        follow(west(), sites.west(), "peer");
        sites.east().execute("DELETE FROM account WHERE id = 8");
        follow(west(), sites.west(), "here");

        sites.settle();
        assertThat(TwoSites.rows(sites.east(), "account")).contains("(8,7)").doesNotContain("(7,7)");
    }

    @Test
    void repairs_both_sites_when_they_are_halted_at_each_others_change() throws Exception {
        sites.pause();
        sites.east().execute("UPDATE account SET balance = 101 WHERE id = 9");
        sites.west().execute("UPDATE account SET balance = 102 WHERE id = 9");
        past(sites.east(), "UPDATE account SET balance = 7 WHERE id = 9");
        past(sites.west(), "UPDATE account SET balance = 8 WHERE id = 9");
        sites.resume();

        follow(west(), sites.west(), "peer");
        follow(east(), sites.east(), "here");

        sites.settle();
        assertThat(TwoSites.rows(sites.west(), "account")).contains("(9,7)");
        forget(sites.west(), "{9}"); // both had changed the row: that conflict was there before
    }

    @Test
    void repairs_a_transaction_that_changes_the_row_several_times_and_empties_its_table() throws Exception {
        past(sites.west(), "UPDATE account SET balance = 7 WHERE id IN (10, 11)");
        sites.east()
                .execute("BEGIN; UPDATE account SET balance = 101 WHERE id = 10;"
                        + " UPDATE account SET balance = 7 WHERE id = 10; UPDATE account SET balance = 102 WHERE id = 10;"
                        + " DELETE FROM account WHERE id = 10; INSERT INTO account VALUES (10, 103); COMMIT");
        follow(west(), sites.west(), "here");
        sites.settle();
        assertThat(TwoSites.rows(sites.east(), "account")).contains("(10,7)");

        sites.east()
                .execute(
                        "BEGIN; CREATE TEMP TABLE kept AS SELECT * FROM account; UPDATE account SET balance = 101 WHERE id = 11;"
                                + " TRUNCATE account; INSERT INTO account SELECT * FROM kept; COMMIT");
        follow(west(), sites.west(), "here");
        sites.settle();
        assertThat(TwoSites.rows(sites.east(), "account")).contains("(11,7)", "(12,100)");
    }

    @Test
    void repairs_rows_of_tables_with_any_name_and_keys_of_any_text() throws Exception {
        String[] keys = {"'a, b', 'it''s \"that\" $HOME [x]'", "'-1', ''"};
        for (String key : keys) {
            sites.west().execute("INSERT INTO " + ODD + " (a, b, v) VALUES (" + key + ", '1')");
        }
        sites.settle();
        past(sites.west(), "UPDATE " + ODD + " SET v = 'past'");
        sites.east().execute("UPDATE " + ODD + " SET v = 'east' WHERE (a, b) = (" + keys[0] + ")");
        follow(west(), sites.west(), "peer");
        sites.east().execute("UPDATE " + ODD + " SET v = 'east' WHERE (a, b) = (" + keys[1] + ")");
        follow(west(), sites.west(), "here");
        past(sites.west(), "UPDATE account SET balance = 7 WHERE id = -9");
        sites.east().execute("UPDATE account SET balance = 101 WHERE id = -9");
        follow(west(), sites.west(), "peer");

        sites.settle();
        assertThat(TwoSites.texts(sites.east(), "SELECT v FROM " + ODD + " ORDER BY a DESC"))
                .containsExactlyInAnyOrder("east", "past");
    }

    @Test
    void carries_out_after_a_restart_what_was_asked_for_before() throws Exception {
        past(sites.west(), "UPDATE account SET balance = 7 WHERE id = 20");
        west().pause();
        sites.east().execute("UPDATE account SET balance = 101 WHERE id = 20");
        west().resume();
        sites.awaitReason(west(), "gemel repair");
        sites.supervisors().forEach(SiteSupervisor::close);
        sites.west().execute("UPDATE gemel.repair SET take = 'here', asked_by = 'test' WHERE key = '{20}'");

        sites.restart();
        sites.settle();
        assertThat(TwoSites.rows(sites.east(), "account")).contains("(20,7)");
    }

    @Test
    void takes_changes_that_the_peer_made_meanwhile_for_later_ones() throws Exception {
        past(sites.west(), "UPDATE account SET balance = 7 WHERE id = 21");
        sites.east().execute("UPDATE account SET balance = 101 WHERE id = 21");
        sites.awaitReason(west(), "gemel repair");
        sites.east()
                .execute(
                        "UPDATE account SET balance = 102 WHERE id = 21",
                        "UPDATE account SET balance = 103 WHERE id = 21");
        follow(west(), sites.west(), "peer");

        sites.settle();
        assertThat(TwoSites.rows(sites.west(), "account")).contains("(21,103)");
    }

    @Test
    void refuses_what_is_not_halted_and_what_cannot_be_read() throws Exception {
        assertThat(repair("--take=here", file(), "public.account", "1")).isEqualTo(ExitCode.FINDING);
        assertThat(commands.err()).contains("not halted at a row public.account[1]", "gemel status");
        past(sites.west(), "UPDATE account SET balance = 7 WHERE id = 22");
        sites.east().execute("UPDATE account SET balance = 101 WHERE id = 22");
        sites.awaitReason(west(), "gemel repair");

        assertThat(repair("--take=here", file(), "public.account", "23")).isEqualTo(ExitCode.FINDING);
        assertThat(repair("--take=here", file(), "public.acount", "22")).isEqualTo(ExitCode.FINDING);
        assertThat(repair("--take=here", file(), "account", "22", "3")).isEqualTo(ExitCode.FINDING);
        assertThat(commands.err()).contains("it is halted at public.account[22]");
        assertThat(repair("--take=both", file(), "public.account", "22")).isEqualTo(ExitCode.USAGE);
        assertThat(repair(file(), "public.account", "22")).isEqualTo(ExitCode.USAGE);
        assertThat(repair("--take=here", file(), "public.account")).isEqualTo(ExitCode.USAGE);
        assertThat(repair("--take=here", file())).isEqualTo(ExitCode.USAGE);

        follow(west(), sites.west(), "here");
    }

    private int repair(String... arguments) {
        List<String> all = new ArrayList<>(List.of("repair"));
        all.addAll(List.of(arguments));
        return commands.run(all.toArray(String[]::new));
    }

    private static String file() {
        return sites.west().file().toString();
    }

    /** A conflict that a test has made itself. */
    private static void forget(SiteFixture site, String key) throws Exception {
        site.execute("DELETE FROM gemel.journal WHERE kind <> 'ROW_DIVERGED' AND key = '" + key + "'");
    }

    private static SiteSupervisor west() {
        return sites.supervisors().get(1);
    }

    private static SiteSupervisor east() {
        return sites.supervisors().get(0);
    }

    /** Writes what nothing captures. */
    private static void past(SiteFixture site, String statement) throws Exception {
        String table = statement.contains(ODD) ? ODD : "account";
        site.execute("BEGIN; ALTER PUBLICATION gemel DROP TABLE " + table + "; " + statement
                + "; ALTER PUBLICATION gemel ADD TABLE " + table + "; DELETE FROM gemel.published; COMMIT");
    }

    /** Runs the command of a halt's reason, word for word but for the file's name. */
    private void follow(SiteSupervisor supervisor, SiteFixture site, String take) throws Exception {
        String reason = sites.awaitReason(supervisor, "gemel repair");
        Matcher found = COMMANDS.matcher(reason);
        assertThat(found.find()).as(reason).isTrue();
        List<String> words = words(found.group(take.equals("peer") ? 1 : 2));
        assertThat(words.subList(0, 2)).containsExactly("gemel", "repair");
        List<String> arguments = new ArrayList<>(words.subList(1, words.size()));
        arguments.replaceAll(word -> word.equals("FILE") ? site.file().toString() : word);
        assertThat(commands.run(arguments.toArray(String[]::new)))
                .as(commands.err() + reason)
                .isEqualTo(ExitCode.DONE);
    }

    /** Words as a shell makes them. */
    private static List<String> words(String line) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", "printf '%s\\n' " + line)
                .redirectErrorStream(true)
                .start();
        try (var output = shell.inputReader()) {
            return output.lines().toList();
        }
    }
}
