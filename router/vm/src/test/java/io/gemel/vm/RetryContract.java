package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.vm.VmClient.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What is tried again, and how often, as the table in docs/vm.md has it: each of its errors is one that the database raises. */
interface RetryContract {
    /** States, runs, outcome. */
    Pattern ROW = Pattern.compile("(?m)^\\| ((?:[0-9A-Z]{5}(?:, )?)+) \\| (\\d) \\| `([a-z]+)` \\|");

    VmDatabase database();

    VmClient client();

    @TestFactory
    default Stream<DynamicTest> each_error_is_tried_again_as_the_page_says() throws IOException {
        List<DynamicTest> tests = ROW.matcher(Files.readString(Path.of("../../docs/vm.md")))
                .results()
                .flatMap(row -> Stream.of(row.group(1).split(", "))
                        .map(state -> DynamicTest.dynamicTest(
                                state, () -> assertTried(state, Integer.parseInt(row.group(2)), row.group(3)))))
                .toList();
        assertThat(tests).as("errors on the page").hasSizeGreaterThan(15);
        return tests.stream();
    }

    private void assertTried(String state, int runs, String outcome) throws SQLException {
        String key = "state-" + state;
        long before = runs();
        Reply reply = client().send("/effect", key);
        assertThat(reply.outcome()).isEqualTo(outcome);
        assertThat(runs() - before).as("runs").isEqualTo(runs);
        assertThat(database().effects(key)).isZero();
        assertThat(database().ledger(key)).isEqualTo(outcome.equals("declined") ? "declined" : "");
    }

    private long runs() throws SQLException {
        return database().number("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM runs");
    }
}
