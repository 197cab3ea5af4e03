package io.gemel.deploy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.scenario.ScenarioRun.Found;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Plays every scenario file, each as a test of its own; {@code -Dgemel.test.scenario=folder/name} plays one. */
class ScenariosIT {
    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> ends_as_written_on_the_oldest_postgresql() throws Exception {
        return tests(Version.values()[0]);
    }

    @TestFactory
    List<DynamicTest> ends_as_written_on_the_newest_postgresql() throws Exception {
        return tests(Version.values()[Version.values().length - 1]);
    }

    private List<DynamicTest> tests(Version version) throws Exception {
        List<Scenario> scenarios = Scenarios.chosen();
        Map<Scenario, Map<String, Found>> found = ScenarioRun.play(folder, version, scenarios);
        return scenarios.stream()
                .map(scenario -> DynamicTest.dynamicTest(
                        scenario.name(), scenario.file().toUri(), () -> endsAsWritten(scenario, found.get(scenario))))
                .toList();
    }

    private static void endsAsWritten(Scenario scenario, Map<String, Found> found) {
        for (Map.Entry<String, Found> site : found.entrySet()) {
            String where = scenario.file() + " under " + scenario.policy() + ", at " + site.getKey();
            assertThat(site.getValue().rows())
                    .as("rows of %s", where)
                    .containsExactlyInAnyOrderElementsOf(scenario.rowsAt(site.getKey()));
            assertThat(site.getValue().journal())
                    .as("journal of %s", where)
                    .containsExactlyInAnyOrderElementsOf(scenario.journal().stream()
                            .flatMap(line -> line.at(site.getKey()).stream())
                            .toList());
        }
    }
}
