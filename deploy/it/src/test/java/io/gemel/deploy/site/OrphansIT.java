package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.embedded.PostgresServer.Version;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A row goes at one site while the other site writes rows that refer to it: the table of these rows chooses. */
class OrphansIT {
    @TempDir
    Path folder;

    @Test
    void the_table_chooses_what_becomes_of_its_orphans() throws Exception {
        Map<String, String> settings = Map.of(
                "conflict.policy.public.revived", "last-writer-wins, orphan(revive)",
                "conflict.policy.public.removed", "last-writer-wins, orphan(remove)",
                "conflict.policy.public.of_many", "last-writer-wins, orphan(remove)",
                "conflict.policy.public.below_removed", "last-writer-wins, orphan(remove)");
        try (TwoSites sites = TwoSites.start(folder, Version.V18, settings)) {
            sites.schema(TwoSites.PROBE)
                    .schema(
                            "CREATE TABLE region (id int PRIMARY KEY)",
                            "CREATE TABLE parent (id int PRIMARY KEY, region int REFERENCES region, note text)",
                            "CREATE TABLE kept (id int PRIMARY KEY, parent int REFERENCES parent)",
                            "CREATE TABLE revived (id int PRIMARY KEY, parent int REFERENCES parent)",
                            "CREATE TABLE removed (id int PRIMARY KEY, parent int REFERENCES parent)",
                            "CREATE TABLE below_removed (id int PRIMARY KEY, removed int REFERENCES removed)",
                            "CREATE TABLE many (id int PRIMARY KEY)",
                            "CREATE TABLE of_many (id int PRIMARY KEY, many int REFERENCES many)",
                            "INSERT INTO many SELECT id FROM generate_series(1, 50001) AS id",
                            "INSERT INTO region VALUES (1)",
                            "INSERT INTO parent SELECT id, 1, 'as it was' FROM generate_series(1, 5) AS id")
                    .prepare()
                    .run();
            sites.pause();
            sites.east().execute("DELETE FROM many"); // in the order of the ids
            sites.west().execute("INSERT INTO of_many VALUES (1, 1), (2, 50001)");
            sites.east().execute("DELETE FROM parent WHERE id < 5", "UPDATE parent SET note = 'east' WHERE id = 5");
            sites.west()
                    .execute(
                            "INSERT INTO kept VALUES (1, 1)",
                            "INSERT INTO revived VALUES (1, 2), (2, 2)",
                            "INSERT INTO removed VALUES (1, 3), (2, 3), (3, 5)",
                            "INSERT INTO below_removed VALUES (1, 1), (2, 3)",
                            "INSERT INTO kept VALUES (2, 4)",
                            "UPDATE parent SET note = 'west, and later' WHERE id = 4");
            sites.turn(sites.supervisors().get(1)); // before east has settled anything
            sites.resume();
            sites.settle();

            TableRows.assertRows(
                    sites,
                    Map.of(
                            "parent", List.of("(2,1,\"as it was\")", "(4,1,\"west, and later\")", "(5,1,east)"),
                            "kept", List.of("(1,1)", "(2,4)"),
                            "revived", List.of("(1,2)", "(2,2)"),
                            "removed", List.of("(3,5)"),
                            "below_removed", List.of("(2,3)"),
                            "of_many", List.of()));
            sites.assertEqual("region", "many");
            assertThat(TwoSites.texts(
                            sites.west(),
                            "SELECT table_name, key, winner_site FROM gemel.journal WHERE kind = 'FOREIGN_KEY_ORPHAN'"
                                    + " ORDER BY table_name, key"))
                    .containsExactly(
                            "below_removed|{1}|east",
                            "kept|{1}|west",
                            "of_many|{1}|east",
                            "of_many|{2}|east",
                            "removed|{1}|east",
                            "removed|{2}|east",
                            "revived|{1}|west",
                            "revived|{2}|west");
            sites.awaitNoReason();
        }
    }
}
