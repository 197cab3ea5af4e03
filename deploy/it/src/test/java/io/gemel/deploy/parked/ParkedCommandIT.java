package io.gemel.deploy.parked;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.CommandRun;
import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.TwoSites;
import io.gemel.reason.Advice;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions that cannot be applied, or that a policy leaves to a person, wait with what depends on them; all else goes on. */
class ParkedCommandIT {
    private static final String PARKED = "SELECT count(*) FROM gemel.parked";

    @TempDir
    static Path folder;

    private static TwoSites sites;

    private final CommandRun commands = new CommandRun();

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(
                folder, Version.V18, Map.of("conflict.policy.public.contract", "park", "parked.transactions.max", "4"));
        sites.schema(TwoSites.PROBE)
                .schema(
                        "CREATE TABLE account (id int PRIMARY KEY, balance int)",
                        "CREATE TABLE other (id int PRIMARY KEY, note text)",
                        "CREATE TABLE contract (id int PRIMARY KEY, terms text)",
                        "INSERT INTO account SELECT id, 100 FROM generate_series(1, 9) AS id",
                        "INSERT INTO other SELECT id, '-' FROM generate_series(1, 9) AS id",
                        "INSERT INTO contract SELECT id, '-' FROM generate_series(1, 9) AS id")
                .prepare()
                .run();
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    @Test
    @Follows({Advice.APPLY_CONSTRAINT, Advice.APPLY_PARKED_ROW})
    void parks_what_a_constraint_refuses_with_exactly_what_depends_on_it() throws Exception {
        sites.west().execute("ALTER TABLE account ADD CHECK (balance < 1000 OR id > 3)");
        sites.east().execute("UPDATE account SET balance = 5000 WHERE id = 1");
        sites.settle();
        sites.east()
                .execute(
                        "BEGIN; UPDATE account SET balance = 1 WHERE id = 1; UPDATE other SET note = 'depends' WHERE id = 1; COMMIT",
                        "UPDATE other SET note = 'depends, too' WHERE id = 1",
                        "UPDATE account SET balance = 2 WHERE id = 2",
                        "UPDATE other SET note = 'free' WHERE id = 2");
        sites.settle();

        assertThat(TwoSites.rows(sites.west(), "account")).contains("(1,100)", "(2,2)");
        assertThat(TwoSites.rows(sites.west(), "other")).contains("(1,-)", "(2,free)");
        assertThat(run(sites.west(), "list")).isEqualTo(ExitCode.DONE);
        assertThat(commands.out()).contains("account_check", "public.account[1]", "touches a row of a parked");
        assertThat(TwoSites.texts(sites.west(), PARKED)).containsExactly("3");
        assertThat(TwoSites.texts(sites.east(), PARKED)).as("the origin knows").containsExactly("3");
        assertThat(sites.supervisors().get(1).report().apply().parkedTransactions())
                .isEqualTo(3);
        sites.awaitNoReason();

        // Meanwhile west writes the row, too: east must not take that for the whole truth.
        sites.west().execute("UPDATE account SET balance = 7 WHERE id = 1");
        sites.settle();
        assertThat(TwoSites.rows(sites.east(), "account")).contains("(1,1)");

        String id = TwoSites.texts(sites.west(), "SELECT min(id) FROM gemel.parked WHERE origin = 'east'")
                .get(0);
        assertThat(run(sites.west(), "show", id)).isEqualTo(ExitCode.DONE);
        assertThat(commands.out()).contains("balance=5000");
        assertThat(run(sites.west(), "retry", id)).isEqualTo(ExitCode.DONE);
        sites.settle();

        sites.assertEqual("account", "other");
        assertThat(TwoSites.rows(sites.west(), "account")).contains("(1,1)");
        assertThat(TwoSites.rows(sites.west(), "other")).contains("(1,\"depends, too\")");
        assertNothingParked();

        // The rows are ordinary ones again.
        sites.west().execute("UPDATE account SET balance = 8 WHERE id = 1");
        sites.settle();
        sites.east().execute("UPDATE account SET balance = balance + 1 WHERE id = 1");
        sites.settle();
        sites.assertEqual("account", "other");
        assertThat(TwoSites.rows(sites.west(), "account")).contains("(1,9)");
    }

    @Test
    void says_why_a_retry_is_refused_and_discards_at_both_sites() throws Exception {
        sites.west().execute("ALTER TABLE account ADD CONSTRAINT never CHECK (balance <> 666)");
        sites.east().execute("UPDATE account SET balance = 666 WHERE id = 5");
        sites.settle();
        String id =
                TwoSites.texts(sites.west(), "SELECT min(id) FROM gemel.parked").get(0);

        assertThat(run(sites.west(), "retry", id)).isEqualTo(ExitCode.FINDING);
        assertThat(commands.err()).contains("never");
        assertThat(run(sites.west(), "discard", id)).isEqualTo(ExitCode.DONE);
        sites.settle();

        sites.assertEqual("account");
        assertThat(TwoSites.rows(sites.east(), "account")).contains("(5,100)");
        assertNothingParked();
    }

    @Test
    @Follows(Advice.APPLY_POLICY)
    void leaves_a_conflict_to_a_person_under_the_policy_park() throws Exception {
        sites.pause();
        sites.east()
                .execute(
                        "UPDATE contract SET terms = 'east' WHERE id = 1",
                        "UPDATE contract SET terms = 'e' WHERE id = 2");
        sites.west()
                .execute(
                        "UPDATE contract SET terms = 'west' WHERE id = 1",
                        "UPDATE contract SET terms = 'w' WHERE id = 3");
        sites.resume();
        sites.settle();
        sites.east().execute("UPDATE contract SET terms = 'east again' WHERE id = 1");
        sites.settle();

        assertThat(TwoSites.rows(sites.east(), "contract")).contains("(1,\"east again\")", "(2,e)", "(3,w)");
        assertThat(TwoSites.rows(sites.west(), "contract")).contains("(1,west)", "(2,e)", "(3,w)");
        assertThat(TwoSites.texts(
                        sites.west(),
                        "SELECT policy, resolution FROM gemel.journal WHERE table_name = 'contract' AND key = '{1}'"))
                .containsExactly("park|parked");

        String conflict = TwoSites.texts(sites.east(), "SELECT id FROM gemel.journal WHERE resolution = 'parked'")
                .get(0);
        assertThat(commands.run("conflicts", sites.east().file(), "show", conflict))
                .isEqualTo(ExitCode.DONE);
        assertThat(commands.out()).contains("a person decides", "decide it with 'gemel parked'");
        assertThat(commands.run("conflicts", sites.east().file(), "undo", conflict))
                .isEqualTo(ExitCode.FINDING);

        // A site that is started again still knows.
        sites.restart();
        sites.west().execute("UPDATE contract SET terms = 'west again' WHERE id = 1");
        sites.settle();
        assertThat(TwoSites.rows(sites.east(), "contract")).contains("(1,\"east again\")");

        String id =
                TwoSites.texts(sites.east(), "SELECT min(id) FROM gemel.parked").get(0);
        assertThat(run(sites.east(), "discard", id)).isEqualTo(ExitCode.DONE);
        sites.settle();
        sites.assertEqual("contract");
        assertThat(TwoSites.rows(sites.west(), "contract")).contains("(1,\"east again\")");
        assertNothingParked();
    }

    @Test
    void parks_a_decision_that_the_other_site_refuses() throws Exception {
        sites.west().execute("ALTER TABLE account ADD CONSTRAINT cap CHECK (balance <> 777)");
        sites.east().execute("UPDATE account SET balance = 777 WHERE id = 6");
        sites.settle();
        String atEast =
                TwoSites.texts(sites.east(), "SELECT min(id) FROM gemel.parked").get(0);
        assertThat(run(sites.east(), "discard", atEast)).isEqualTo(ExitCode.DONE);
        sites.settle();
        assertThat(TwoSites.rows(sites.west(), "account")).contains("(6,100)");

        sites.west().execute("ALTER TABLE account DROP CONSTRAINT cap");
        String atWest =
                TwoSites.texts(sites.west(), "SELECT min(id) FROM gemel.parked").get(0);
        assertThat(run(sites.west(), "retry", atWest)).isEqualTo(ExitCode.DONE);
        sites.settle();

        sites.assertEqual("account");
        assertThat(TwoSites.rows(sites.west(), "account")).contains("(6,777)");
        assertNothingParked();
    }

    @Test
    void two_decisions_at_once_end_alike_at_both_sites() throws Exception {
        sites.pause();
        sites.east().execute("UPDATE contract SET terms = 'east' WHERE id = 4");
        sites.west().execute("UPDATE contract SET terms = 'west' WHERE id = 4");
        sites.resume();
        sites.settle();
        sites.pause();
        sites.east().execute("UPDATE gemel.parked SET decision = 'discard'");
        sites.west().execute("UPDATE gemel.parked SET decision = 'discard'");
        sites.resume();
        sites.awaitRow(sites.east(), "SELECT WHERE NOT EXISTS (SELECT FROM gemel.parked)");
        sites.awaitRow(sites.west(), "SELECT WHERE NOT EXISTS (SELECT FROM gemel.parked)");
        sites.settle();

        sites.assertEqual("contract");
        assertNothingParked();
    }

    @Test
    @Follows(Advice.APPLY_PARKED_FULL)
    void halts_instead_of_parking_more_than_it_may() throws Exception {
        sites.west().execute("ALTER TABLE other ADD CONSTRAINT short CHECK (length(note) < 20)");
        for (int id = 3; id <= 7; id++) {
            sites.east().execute("UPDATE other SET note = 'far too long for the peer' WHERE id = " + id);
        }
        sites.awaitReason(sites.supervisors().get(1), "parked.transactions.max");
        assertThat(TwoSites.texts(sites.west(), PARKED)).containsExactly("4");

        sites.west().execute("ALTER TABLE other DROP CONSTRAINT short");
        sites.settle();
        for (String id : TwoSites.texts(sites.west(), "SELECT id FROM gemel.parked ORDER BY id")) {
            assertThat(run(sites.west(), "retry", id)).isEqualTo(ExitCode.DONE);
        }
        sites.settle();
        sites.assertEqual("other");
        assertNothingParked();
    }

    @Test
    void names_what_it_cannot_do() {
        assertThat(run(sites.east(), "show", "4711")).isEqualTo(ExitCode.FINDING);
        assertThat(commands.err()).contains("no transaction is parked as 4711");
        assertThat(run(sites.east())).isEqualTo(ExitCode.USAGE);
        assertThat(commands.err()).contains("say what to do");
    }

    private static void assertNothingParked() throws Exception {
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            assertThat(TwoSites.texts(site, PARKED)).containsExactly("0");
            assertThat(TwoSites.texts(site, "SELECT count(*) FROM gemel.parked_row"))
                    .containsExactly("0");
        }
    }

    private int run(SiteFixture site, String... arguments) {
        return commands.run("parked", site.file(), arguments);
    }
}
