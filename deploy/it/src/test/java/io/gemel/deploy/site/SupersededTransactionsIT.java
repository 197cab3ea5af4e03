package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One submission is carried out at both sites before either hears of the other: one of the two attempts takes effect. */
class SupersededTransactionsIT {
    private static final String[] TABLES = {"account", "transfer", "profile", "gemel.submission"};

    @TempDir
    Path folder;

    @Test
    void one_attempt_takes_effect_and_what_was_built_on_the_other_stays() throws Exception {
        Map<String, String> settings = Map.of(
                "conflict.policy.public.account", "last-writer-wins, delta(balance)",
                "conflict.policy.public.profile", "column-merge");
        try (TwoSites sites = TwoSites.start(folder, Version.V18, settings)) {
            schema(sites).prepare().run();
            sites.pause();
            // East's first attempts commit, but nobody hears of it; work goes on there.
            sites.east()
                    .execute(
                            attempt(
                                    "a",
                                    1,
                                    "UPDATE account SET balance = balance - 10 WHERE id = 1; "
                                            + "UPDATE account SET balance = balance + 10 WHERE id = 2; "
                                            + "INSERT INTO transfer VALUES ('a', 'east')"),
                            "UPDATE account SET balance = balance + 500 WHERE id = 1",
                            "UPDATE profile SET phone = '1' WHERE id = 1",
                            // a later attempt at east beats an earlier one at west
                            attempt("b", 3, "INSERT INTO transfer VALUES ('b', 'east')"),
                            attempt(
                                    "c",
                                    1,
                                    "UPDATE profile SET city = 'void' WHERE id = 1; DELETE FROM account WHERE id = 3"),
                            "UPDATE profile SET phone = '2' WHERE id = 1");
            sites.west()
                    .execute(
                            attempt(
                                    "a",
                                    2,
                                    "UPDATE account SET balance = balance - 10 WHERE id = 1; "
                                            + "UPDATE account SET balance = balance + 10 WHERE id = 2; "
                                            + "INSERT INTO transfer VALUES ('a', 'west')"),
                            attempt("b", 2, "INSERT INTO transfer VALUES ('b', 'west'), ('b2', 'west')"),
                            "INSERT INTO transfer VALUES ('b3', 'west, built on b2')",
                            "UPDATE transfer SET site = 'west, later' WHERE id = 'b2'",
                            attempt("c", 2, "UPDATE profile SET city = 'Rome' WHERE id = 1"));
            sites.resume();
            sites.settle();

            sites.assertEqual(TABLES);
            assertThat(TwoSites.rows(sites.east(), "account")).containsExactly("(1,590)", "(2,110)", "(3,100)");
            assertThat(TwoSites.rows(sites.east(), "transfer"))
                    .containsExactly("(a,west)", "(b,east)", "(b2,\"west, later\")", "(b3,\"west, built on b2\")");
            assertThat(TwoSites.rows(sites.east(), "profile")).containsExactly("(1,Rome,2)");
            assertThat(TwoSites.texts(sites.east(), "SELECT key, attempt FROM gemel.submission ORDER BY 1"))
                    .containsExactly("a|2", "b|3", "c|2");
            for (SiteFixture site : List.of(sites.east(), sites.west())) {
                assertThat(TwoSites.texts(
                                site,
                                "SELECT key, winner_site FROM gemel.journal WHERE kind = 'SUBMISSION_VOID' ORDER BY 1"))
                        .containsExactly("{a}|west", "{b}|east", "{c}|west");
            }

            // Both sites go on working with the rows that were taken back.
            sites.east().execute("UPDATE account SET balance = balance + 1", "UPDATE transfer SET site = 'east again'");
            sites.settle();
            sites.west().execute("UPDATE account SET balance = balance + 1", "UPDATE profile SET city = 'Bern'");
            sites.settle();
            sites.assertEqual(TABLES);
            assertThat(TwoSites.rows(sites.west(), "account")).containsExactly("(1,592)", "(2,112)", "(3,102)");
            sites.awaitNoReason();
        }
    }

    @Test
    void a_void_transaction_stays_void_when_the_sites_are_started_again() throws Exception {
        try (TwoSites sites = TwoSites.start(folder, Version.V18, Map.of())) {
            schema(sites).prepare().run();
            sites.pause();
            sites.east().execute(attempt("a", 1, "UPDATE account SET balance = 1 WHERE id = 1"));
            List<String> east = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                east.add("UPDATE profile SET phone = '" + i + "' WHERE id = 1");
            }
            sites.west().execute(attempt("a", 2, "UPDATE account SET balance = 2 WHERE id = 2"));
            sites.east().execute(east.toArray(String[]::new));
            // East learns that its attempt is void, while west, which is not there yet, does not know of either.
            sites.supervisors().get(0).resume();
            sites.awaitRow(sites.east(), "SELECT 1 FROM gemel.void");
            sites.restart();
            sites.settle();

            sites.assertEqual(TABLES);
            assertThat(TwoSites.rows(sites.east(), "account")).containsExactly("(1,100)", "(2,2)", "(3,100)");
            sites.awaitNoReason();
        }
    }

    private static TwoSites schema(TwoSites sites) throws Exception {
        return sites.schema(TwoSites.PROBE)
                .schema(
                        "CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)",
                        "CREATE TABLE transfer (id text PRIMARY KEY, site text)",
                        "CREATE TABLE profile (id int PRIMARY KEY, city text, phone text)",
                        "INSERT INTO account VALUES (1, 100), (2, 100), (3, 100)",
                        "INSERT INTO profile VALUES (1, 'Oslo', '0')");
    }

    private static String attempt(String key, int attempt, String work) {
        return "BEGIN; INSERT INTO gemel.submission (key, attempt) VALUES ('" + key + "', " + attempt + "); " + work
                + "; COMMIT";
    }
}
