package io.gemel.deploy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.faults.Seeds;
import io.gemel.deploy.scenario.Pace.First;
import io.gemel.deploy.scenario.ScenarioRun.Found;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plays every scenario file, each as a test of its own; {@code -Dgemel.test.scenario=folder/name} plays one. East hears of west first, then
 * west of east first, then it is left to chance.
 */
class ScenariosIT {
    private static final Version NEWEST = Version.values()[Version.values().length - 1];

    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> ends_as_written_on_the_oldest_postgresql() throws Exception {
        return tests(Version.values()[0], Pace.oneByOne(First.EAST));
    }

    @TestFactory
    List<DynamicTest> ends_as_written_on_the_newest_postgresql() throws Exception {
        return tests(NEWEST, Pace.oneByOne(First.WEST));
    }

    @TestFactory
    List<DynamicTest> ends_as_written_whoever_is_quicker() throws Exception {
        return tests(NEWEST, Pace.byChance(new SplittableRandom(Seeds.announced("ScenariosIT"))));
    }

    private List<DynamicTest> tests(Version version, Pace pace) throws Exception {
        List<Scenario> scenarios = Scenarios.chosen();
        Map<Scenario, Map<String, Found>> found = ScenarioRun.play(folder, version, pace, scenarios);
        return scenarios.stream()
                .map(scenario -> DynamicTest.dynamicTest(
                        scenario.name(),
                        scenario.file().toUri(),
                        () -> endsAsWritten(scenario, pace, found.get(scenario))))
                .toList();
    }

    private static void endsAsWritten(Scenario scenario, Pace pace, Map<String, Found> found) {
        List<JournalLine> journal = scenario.journal();
        if (!pace.isDetermined() && found.equals(withJournal(scenario, scenario.groupedJournal()))) {
            journal = scenario.groupedJournal();
        }
        assertThat(found)
                .as("%s under %s, %s", scenario.file(), scenario.policy(), pace.words())
                .isEqualTo(withJournal(scenario, journal));
    }

    private static Map<String, Found> withJournal(Scenario scenario, List<JournalLine> journal) {
        Map<String, Found> found = new TreeMap<>();
        for (String site : List.of("east", "west")) {
            Stream<String> lines = journal.stream().flatMap(line -> line.at(site).stream());
            found.put(site, Found.of(scenario.rowsAt(site), lines.toList()));
        }
        return found;
    }
}
