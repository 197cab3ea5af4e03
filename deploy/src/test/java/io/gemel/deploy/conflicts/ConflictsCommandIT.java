package io.gemel.deploy.conflicts;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.Gemel;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.site.TwoSites;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person does with a conflict: find it, understand it, take it back. */
class ConflictsCommandIT {
    @TempDir
    static Path folder;

    private static TwoSites sites;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of());
        sites.schema(TwoSites.PROBE)
                .schema(
                        "CREATE TABLE account (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner text, tags text[],"
                                + " doc jsonb, twice int GENERATED ALWAYS AS (id * 2) STORED)",
                        "INSERT INTO account (owner, tags, doc) SELECT 'nobody', '{}', '{}' FROM generate_series(1, 3)")
                .prepare()
                .run();
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    @Test
    void lists_explains_and_undoes_an_update_that_lost() throws Exception {
        String id = conflict(
                "UPDATE account SET owner = 'east', tags = '{a,\"b c\",NULL}', doc = '{\"n\": 1}' WHERE id = 1",
                "UPDATE account SET owner = 'west' WHERE id = 1");

        assertThat(run("list", "--table", "public.account")).isEqualTo(ExitCode.DONE);
        assertThat(out.toString()).contains("public.account[1]", "update origin differs", "last-writer-wins");
        assertThat(run("show", id)).isEqualTo(ExitCode.DONE);
        assertThat(out.toString())
                .contains(
                        "changed owner from nobody to west", "owner from nobody to east", "Neither had seen the other");
        assertThat(run("undo", id)).isEqualTo(ExitCode.DONE);
        sites.settle();

        sites.assertEqual("account");
        assertThat(TwoSites.rows(sites.east(), "account"))
                .contains("(1,east,\"{a,\"\"b c\"\",NULL}\",\"{\"\"n\"\": 1}\",2)");
        assertThat(TwoSites.texts(sites.east(), "SELECT count(*) FROM gemel.journal WHERE key = '{1}'"))
                .containsExactly("1");
    }

    @Test
    void undoes_by_deleting_what_the_losing_change_had_deleted() throws Exception {
        String id = conflict("DELETE FROM account WHERE id = 2", "UPDATE account SET owner = 'west' WHERE id = 2");

        assertThat(run("show", id)).isEqualTo(ExitCode.DONE);
        assertThat(out.toString()).contains("east, version", "deleted the row");
        assertThat(run("undo", id)).isEqualTo(ExitCode.DONE);
        sites.settle();

        sites.assertEqual("account");
        assertThat(TwoSites.texts(sites.east(), "SELECT count(*) FROM account WHERE id = 2"))
                .containsExactly("0");
    }

    @Test
    void names_what_it_cannot_do() {
        assertThat(run("show", "4711")).isEqualTo(ExitCode.FINDING);
        assertThat(err.toString()).contains("the journal has no conflict 4711");
        assertThat(run()).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("say what to do");
        assertThat(run("undo", "last")).isEqualTo(ExitCode.USAGE);
    }

    /** Lets east write first and west second, both without knowing; returns the conflict's id in west's journal. */
    private static String conflict(String atEast, String atWest) throws Exception {
        sites.pause();
        sites.east().execute(atEast);
        sites.west().execute(atWest);
        sites.resume();
        sites.settle();
        return TwoSites.texts(sites.west(), "SELECT max(id) FROM gemel.journal").get(0);
    }

    private int run(String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "conflicts";
        all[1] = folder.resolve("west.properties").toString();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return Gemel.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all);
    }
}
