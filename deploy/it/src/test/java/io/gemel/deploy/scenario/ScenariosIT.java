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
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plays every scenario file, each as a test of its own; {@code -Dgemel.test.scenario=folder/name} plays one. East hears of west first, then
 * west of east first, then it is left to chance. What a site meets in other rows than the changed one depends on how many transactions it
 * applies in one; so where that is left to chance, too, the journals of such scenarios are not looked at.
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
        boolean journaled = pace.isDetermined() || scenario.journal().stream().noneMatch(JournalLine::isBetweenRows);
        for (Map.Entry<String, Found> site : found.entrySet()) {
            String where =
                    scenario.file() + " under " + scenario.policy() + ", at " + site.getKey() + ", " + pace.words();
            assertThat(site.getValue().rows())
                    .as("rows of %s", where)
                    .containsExactlyInAnyOrderElementsOf(scenario.rowsAt(site.getKey()));
            if (journaled) {
                assertThat(site.getValue().journal())
                        .as("journal of %s", where)
                        .containsExactlyInAnyOrderElementsOf(scenario.journal().stream()
                                .flatMap(line -> line.at(site.getKey()).stream())
                                .toList());
            }
        }
    }
}
