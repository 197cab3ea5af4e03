package io.gemel.deploy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.conflict.ConflictKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioFileTest {
    private static final String GOOD = """
            # Both sites write,
            # and so on.

            policy: column-merge
            policy item: last-writer-wins
            table: CREATE TABLE item (id int PRIMARY KEY, note text)
            both: INSERT INTO item VALUES (1, 'a'),
                (2, 'b')
            @east UPDATE item SET note = 'c'; DELETE FROM item WHERE id = 2
            # Not part of the title.
            -- west caught up --
            @west attempt 2 of order-7: DELETE FROM item
            => both: id=1   note='it''s c'
            => journal: row 1: UPDATE_DELETED at west, DELETE_ORIGIN_DIFFERS at east, east wins
            """;

    @TempDir
    Path folder;

    @Test
    void reads_everything_that_a_file_says() throws Exception {
        Scenario scenario = read(GOOD);

        assertThat(scenario.title()).isEqualTo("Both sites write, and so on.");
        assertThat(scenario.policy()).isEqualTo("column-merge");
        assertThat(scenario.tablePolicies()).containsExactly(Map.entry("item", "last-writer-wins"));
        assertThat(scenario.schema()).isEqualTo("some_kind_name");
        assertThat(scenario.tableNames()).containsExactly("item");
        assertThat(scenario.initial()).containsExactly("INSERT INTO item VALUES (1, 'a'), (2, 'b')");
        assertThat(scenario.pauses()).containsExactly(CatchUp.WEST);
        assertThat(scenario.phases().get(0).writes())
                .containsExactly(new Scenario.Write(
                        "east", "UPDATE item SET note = 'c'; DELETE FROM item WHERE id = 2", 9, null));
        assertThat(scenario.phases().get(1).writes())
                .containsExactly(
                        new Scenario.Write("west", "DELETE FROM item", 12, new Scenario.Attempt("order-7", 2, false)));
        assertThat(scenario.rowsAtEast()).containsExactly("id=1 note='it''s c'");
        assertThat(scenario.journal())
                .isEqualTo(List.of(
                        new JournalLine("1", ConflictKind.DELETE_ORIGIN_DIFFERS, ConflictKind.UPDATE_DELETED, "east")));
        assertThat(scenario.journal().get(0).at("west")).contains("row 1: UPDATE_DELETED, east wins");
    }

    @Test
    void reads_an_attempt_that_is_declined() throws Exception {
        Scenario scenario = read(GOOD.replace("order-7: DELETE FROM item", "order-7 is declined"));
        assertThat(scenario.phases().get(1).writes())
                .containsExactly(new Scenario.Write("west", "", 12, new Scenario.Attempt("order-7", 2, true)));
    }

    @Test
    void knows_conflicts_that_only_one_site_finds() throws Exception {
        JournalLine line = JournalLine.parse("row 5: FOREIGN_KEY_ORPHAN only at west, east wins");

        assertThat(line.at("west")).contains("row 5: FOREIGN_KEY_ORPHAN, east wins");
        assertThat(line.at("east")).isEmpty();
        assertThat(line.kinds()).containsExactly(ConflictKind.FOREIGN_KEY_ORPHAN);
    }

    @Test
    void lets_one_site_hear_of_the_other_first_at_the_end() throws Exception {
        Scenario scenario = read(GOOD.replace("=> both:", "-- east caught up --\n=> both:"));

        assertThat(scenario.pauses()).containsExactly(CatchUp.WEST, CatchUp.EAST);
        assertThat(scenario.phases()).hasSize(3);
        assertThat(scenario.phases().get(2)).isEqualTo(new Scenario.Phase(List.of(), CatchUp.BOTH));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            policy: column-merge   | polcy: column-merge       | :4: unknown key 'polcy:'
            @west attempt          | @north attempt            | :12: names the unknown site north
            -- west caught up --   | -- north caught up --     | :11: write '-- caught up --'
            -- west caught up --   | -- west                   | :11: cannot read '-- west'
            policy item:           | policy order:             | :14: has a policy of the unknown table order
            policy item:           | table item:               | :5: unknown key 'table item:'
            table: CREATE TABLE    | table: CREATE VIEW        | :6: write 'table: CREATE TABLE
            id=1   note            | id=1 two words note       | :13: cannot read the row 'two words
            => both:               | => both order:            | :13: names the unknown table order
            => both:               | => north:                 | :13: unknown expectation '=> north'
            UPDATE_DELETED at      | UPDATE_GONE at            | :14: names the unknown kind UPDATE_GONE
            east, east wins        | west, east wins           | :14: cannot read the conflict
            , east wins            | , nobody wins             | :14: cannot read the conflict
            UPDATE_DELETED at west, | UPDATE_DELETED only at north, | :14: cannot read the conflict
            attempt 2 of           | attempt two of            | :12: cannot read the attempt
            => journal: row 1:     | @west UPDATE             | :14: stands after a => line
            => journal:            | => journal item:         | :14: write '=> journal: ...', whatever
            attempt 2 of order-7: DELETE FROM item | retry parked\\n@east discard parked | :13: a decision stands alone
            attempt 2 of order-7: DELETE FROM item | retry parked\\n@west DELETE FROM item | :13: a decision stands alone
            attempt 2 of order-7: DELETE FROM item | DELETE FROM item\\n@west retry parked | :13: a decision stands alone
            attempt 2 of order-7: DELETE FROM item | DELETE FROM item\\n-- caught up -- | :15: ends with '-- caught up --'
            attempt 2 of order-7: DELETE FROM item | DELETE FROM item\\n-- east caught up --\\n-- caught up -- | :14: catching up
            """)
    void says_what_is_wrong_and_in_which_line(String right, String wrong, String message) {
        assertThatThrownBy(() -> read(GOOD.replace(right, wrong.replace("\\n", "\n"))))
                .isInstanceOf(ScenarioException.class)
                .hasMessageContaining("name.scenario" + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            #          | has no title
            policy:    | has no 'policy:'
            table:     | has no 'table:'
            @          | has no @east or @west line
            => both    | does not say what both sites hold
            => journal | does not say what the journal holds
            """)
    void says_what_is_missing(String beginning, String message) {
        String text = String.join(
                "\n",
                GOOD.replace("-- west caught up --\n", "")
                        .lines()
                        .filter(line -> !line.startsWith(beginning))
                        .toList());
        String without = beginning.equals("table:") ? text.replaceAll("(?m)^=> both.*$", "") : text;

        assertThatThrownBy(() -> read(without)).hasMessageContaining(message);
    }

    private Scenario read(String text) throws Exception {
        return ScenarioFile.read("some-kind/name", Files.writeString(folder.resolve("name.scenario"), text));
    }
}
