package io.gemel.deploy.conflicts;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.CommandRun;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.site.TwoSites;
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

    private final CommandRun commands = new CommandRun();

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(
                folder,
                Version.V18,
                Map.of(
                        "conflict.policy.public.bid", "greatest(amount), delta(looks)",
                        "conflict.policy.public.removed", "last-writer-wins, unique(remove), orphan(remove)"));
        sites.schema(TwoSites.PROBE)
                .schema(
                        "CREATE TABLE account (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner text, tags text[],"
                                + " doc jsonb, twice int GENERATED ALWAYS AS (id * 2) STORED)",
                        "INSERT INTO account (owner, tags, doc) SELECT 'nobody', '{}', '{}' FROM generate_series(1, 3)",
                        "CREATE TABLE bid (id int PRIMARY KEY, amount int, looks int NOT NULL)",
                        "INSERT INTO bid VALUES (1, 0, 0)",
                        "CREATE TABLE person (id int PRIMARY KEY, name text UNIQUE)",
                        "INSERT INTO person VALUES (7, NULL), (8, NULL)",
                        "CREATE TABLE purchase (id int PRIMARY KEY, person int REFERENCES person)",
                        "CREATE TABLE removed (id int PRIMARY KEY, code text UNIQUE, person int REFERENCES person)")
                .schema(
                        "CREATE TABLE entry (id int PRIMARY KEY, v varchar(20))",
                        "CREATE TABLE entry_2024 (PRIMARY KEY (id)) INHERITS (entry)",
                        "INSERT INTO entry SELECT g, 'before' FROM generate_series(1, 3) g",
                        "INSERT INTO entry_2024 SELECT g, 'child' FROM generate_series(1, 3) g",
                        "CREATE TABLE ruled (id int PRIMARY KEY, v text)",
                        "CREATE TABLE ruled_log (id uuid DEFAULT gen_random_uuid() PRIMARY KEY, v text)",
                        "CREATE RULE log AS ON UPDATE TO ruled DO ALSO INSERT INTO ruled_log (v) VALUES (new.v)",
                        "CREATE RULE hold AS ON UPDATE TO ruled WHERE new.v = 'held' DO INSTEAD NOTHING",
                        "INSERT INTO ruled VALUES (1, 'before'), (2, 'before')",
                        "CREATE TABLE parted (id int, part int, v text, PRIMARY KEY (id, part)) PARTITION BY LIST (part)",
                        "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1)",
                        "INSERT INTO parted VALUES (1, 1, 'before'), (2, 1, 'before')")
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
        assertThat(commands.out()).contains("public.account[1]", "update origin differs", "last-writer-wins");
        assertThat(run("show", id)).isEqualTo(ExitCode.DONE);
        assertThat(commands.out())
                .contains(
                        "changed owner from nobody to west", "owner from nobody to east", "Neither had seen the other");
        assertThat(run("undo", id)).isEqualTo(ExitCode.DONE);
        sites.settle();

        sites.assertEqual("account");
        assertThat(TwoSites.rows(sites.east(), "account"))
                .contains("(1,east,\"{a,\"\"b c\"\",NULL}\",\"{\"\"n\"\": 1}\",2)");
        assertThat(TwoSites.texts(
                        sites.east(),
                        "SELECT count(*) FROM gemel.journal WHERE table_name = 'account' AND key = '{1}'"))
                .containsExactly("1");
    }

    @Test
    void undoes_by_deleting_what_the_losing_change_had_deleted() throws Exception {
        String id = conflict("DELETE FROM account WHERE id = 2", "UPDATE account SET owner = 'west' WHERE id = 2");

        assertThat(run("show", id)).isEqualTo(ExitCode.DONE);
        assertThat(commands.out()).contains("east, version", "deleted the row");
        assertThat(run("undo", id)).isEqualTo(ExitCode.DONE);
        sites.settle();

        sites.assertEqual("account");
        assertThat(TwoSites.texts(sites.east(), "SELECT count(*) FROM account WHERE id = 2"))
                .containsExactly("0");
    }

    @Test
    void knows_which_change_stands_where_the_later_one_was_beaten() throws Exception {
        String id = conflict(
                "UPDATE bid SET amount = 50, looks = looks + 1", "UPDATE bid SET amount = 40, looks = looks + 1");

        assertThat(run("show", id)).isEqualTo(ExitCode.DONE);
        assertThat(commands.out())
                .contains(
                        "west's comes last", "but the other row's value wins over it", "writes it as west had left it");
        assertThat(run("undo", id)).isEqualTo(ExitCode.DONE);
        sites.settle();

        assertThat(TwoSites.rows(sites.east(), "bid")).containsExactly("(1,40,1)");
    }

    @Test
    void gives_a_value_back_once_it_is_free() throws Exception {
        String id = conflict("INSERT INTO person VALUES (1, 'ada')", "INSERT INTO person VALUES (2, 'ada')");

        assertThat(run("show", id)).isEqualTo(ExitCode.DONE);
        assertThat(commands.out())
                .contains(
                        "Two rows claim one value of a unique key",
                        "public.person[1] gave way: NULL now is its name, which was ada");
        assertThat(run("undo", id)).isEqualTo(ExitCode.FINDING);
        assertThat(commands.err())
                .contains("another row has the value that it would take back", "public.person[2] had it");
        sites.west().execute("UPDATE person SET name = 'grace' WHERE id = 2");
        assertThat(run("undo", id)).isEqualTo(ExitCode.DONE);
        sites.settle();

        sites.assertEqual("person");
        assertThat(TwoSites.rows(sites.east(), "person")).contains("(1,ada)", "(2,grace)");
    }

    @Test
    void brings_a_row_back_that_was_removed_for_another_one() throws Exception {
        String id = conflict("INSERT INTO removed VALUES (1, 'a', NULL)", "INSERT INTO removed VALUES (2, 'a', NULL)");

        assertThat(run("show", id)).isEqualTo(ExitCode.DONE);
        assertThat(commands.out()).contains("public.removed[1] gave way: it was removed");
        sites.west().execute("DELETE FROM removed WHERE id = 2");
        assertThat(run("undo", id)).isEqualTo(ExitCode.DONE);
        sites.settle();

        assertThat(TwoSites.rows(sites.east(), "removed")).containsExactly("(1,a,)");
        sites.east().execute("DELETE FROM removed");
    }

    @Test
    void says_what_was_chosen_for_an_orphan() throws Exception {
        String kept = conflict("DELETE FROM person WHERE id = 7", "INSERT INTO purchase VALUES (1, 7)");
        assertThat(run("show", kept)).isEqualTo(ExitCode.DONE);
        assertThat(commands.out()).contains("refers to a row that east deleted in the meantime", "the orphan was kept");
        assertThat(run("undo", kept)).isEqualTo(ExitCode.FINDING);
        assertThat(commands.err()).contains("nothing was taken from the row", "east deleted {id=7");

        String removed = conflict("DELETE FROM person WHERE id = 8", "INSERT INTO removed VALUES (5, 'e', 8)");
        assertThat(run("show", removed)).isEqualTo(ExitCode.DONE);
        assertThat(commands.out()).contains("the orphan was removed, too");
        assertThat(run("undo", removed)).isEqualTo(ExitCode.FINDING);
        assertThat(commands.err()).contains("the row that it refers to does not exist", "east deleted {id=8");
        sites.west().execute("INSERT INTO person VALUES (8, NULL)");
        assertThat(run("undo", removed)).isEqualTo(ExitCode.DONE);
        sites.settle();

        assertThat(TwoSites.rows(sites.east(), "removed")).containsExactly("(5,e,8)");
        sites.east().execute("DELETE FROM removed");
    }

    @Test
    void names_both_attempts_at_a_submission_and_undoes_neither() throws Exception {
        String id = conflict(attempt(1), attempt(2));

        assertThat(run("show", id)).isEqualTo(ExitCode.DONE);
        assertThat(commands.out())
                .contains(
                        "submission t-1",
                        "west's, attempt 2",
                        "east's, attempt 1, is superseded as a whole",
                        "It cannot be undone");
        assertThat(run("undo", id)).isEqualTo(ExitCode.FINDING);
        assertThat(commands.err()).contains("takes effect once", "submit it under a new key");
    }

    private static String attempt(int number) {
        return "BEGIN; INSERT INTO gemel.submission (key, attempt) VALUES ('t-1', " + number + ");"
                + " INSERT INTO purchase VALUES (9, NULL); COMMIT";
    }

    @Test
    void leaves_rows_of_the_same_key_in_child_tables_alone() throws Exception {
        String update = conflict(
                "UPDATE ONLY entry SET v = 'east' WHERE id = 1", "UPDATE ONLY entry SET v = 'west' WHERE id = 1");
        assertThat(run("undo", update)).as(commands::err).isEqualTo(ExitCode.DONE);
        String delete =
                conflict("DELETE FROM ONLY entry WHERE id = 2", "UPDATE ONLY entry SET v = 'west' WHERE id = 2");
        assertThat(run("undo", delete)).as(commands::err).isEqualTo(ExitCode.DONE);
        sites.settle();

        sites.assertEqual("entry_2024", "ONLY entry");
        assertThat(TwoSites.rows(sites.east(), "ONLY entry"))
                .contains("(1,east)")
                .doesNotContain("(2,west)");
        assertThat(TwoSites.rows(sites.west(), "entry_2024")).containsExactly("(1,child)", "(2,child)", "(3,child)");
    }

    @Test
    void cuts_no_value_off_that_the_table_holds_no_more() throws Exception {
        String id = conflict(
                "UPDATE ONLY entry SET v = 'longer than four' WHERE id = 3",
                "UPDATE ONLY entry SET v = 'west' WHERE id = 3");
        sites.west().execute("ALTER TABLE entry ALTER v TYPE varchar(6)");

        assertThat(run("undo", id)).isEqualTo(ExitCode.FINDING);
        assertThat(commands.err()).contains("value too long for type character varying(6)");
        sites.west().execute("ALTER TABLE entry ALTER v TYPE varchar(20)");
        assertThat(run("undo", id)).as(commands::err).isEqualTo(ExitCode.DONE);
        sites.settle();
        sites.assertEqual("ONLY entry");
    }

    @Test
    void writes_into_partitions_and_lets_rules_run_as_any_statement_does() throws Exception {
        String parted =
                conflict("UPDATE parted SET v = 'east' WHERE id = 1", "UPDATE parted SET v = 'west' WHERE id = 1");
        assertThat(run("undo", parted)).as(commands::err).isEqualTo(ExitCode.DONE);
        String gone = conflict("DELETE FROM parted WHERE id = 2", "UPDATE parted SET v = 'west' WHERE id = 2");
        assertThat(run("undo", gone)).as(commands::err).isEqualTo(ExitCode.DONE);
        String ruled = conflict("UPDATE ruled SET v = 'east' WHERE id = 1", "UPDATE ruled SET v = 'west' WHERE id = 1");
        assertThat(run("undo", ruled)).as(commands::err).isEqualTo(ExitCode.DONE);
        sites.settle();

        sites.assertEqual("parted", "ruled");
        assertThat(TwoSites.rows(sites.east(), "parted")).containsExactly("(1,1,east)");
        assertThat(TwoSites.rows(sites.east(), "ruled")).contains("(1,east)");
        assertThat(TwoSites.texts(sites.west(), "SELECT v FROM ruled_log WHERE v <> 'held'"))
                .containsExactlyInAnyOrder("east", "west", "east");
    }

    @Test
    void says_when_a_rule_withholds_the_row() throws Exception {
        String id = conflict(
                "SET session_replication_role = replica; UPDATE ruled SET v = 'held' WHERE id = 2",
                "SET session_replication_role = replica; UPDATE ruled SET v = 'west' WHERE id = 2");

        assertThat(run("undo", id)).isEqualTo(ExitCode.FINDING);
        assertThat(commands.err()).contains("a rule or trigger of its table suppresses the row");
        sites.west().execute("ALTER TABLE ruled DISABLE RULE hold");
        assertThat(run("undo", id)).as(commands::err).isEqualTo(ExitCode.DONE);
        sites.west().execute("ALTER TABLE ruled ENABLE RULE hold");
        sites.settle();

        sites.assertEqual("ruled");
        assertThat(TwoSites.rows(sites.east(), "ruled")).contains("(2,held)");
    }

    @Test
    void names_what_it_cannot_do() {
        assertThat(run("show", "4711")).isEqualTo(ExitCode.FINDING);
        assertThat(commands.err()).contains("the journal has no conflict 4711");
        assertThat(run()).isEqualTo(ExitCode.USAGE);
        assertThat(commands.err()).contains("say what to do");
        assertThat(run("undo", "last")).isEqualTo(ExitCode.USAGE);
    }

    /** Lets east write first and west second, both without knowing; returns the conflict's id in west's journal. */
    private static String conflict(String atEast, String atWest) throws Exception {
        sites.pause();
        sites.east().execute(atEast);
        sites.west().execute(atWest);
        sites.turn(sites.supervisors().get(1)); // before it hears what east has made of the conflict
        sites.resume();
        sites.settle();
        return TwoSites.texts(sites.west(), "SELECT max(id) FROM gemel.journal").get(0);
    }

    private int run(String... arguments) {
        return commands.run("conflicts", folder.resolve("west.properties"), arguments);
    }
}
