package io.gemel.deploy.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All scenario files. */
final class Scenarios {
    static final Path FOLDER = Path.of("..", "scenarios");
    private static final String ENDING = ".scenario";

    private Scenarios() {}

    /** Every file of the folder, in the order of their names. */
    static List<Scenario> all() throws IOException, ScenarioException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(FOLDER)) {
            files = found.filter(file -> file.toString().endsWith(ENDING))
                    .sorted()
                    .toList();
        }
        List<Scenario> scenarios = new ArrayList<>();
        for (Path file : files) {
            String path = FOLDER.relativize(file).toString();
            scenarios.add(ScenarioFile.read(path.substring(0, path.length() - ENDING.length()), file));
        }
        return scenarios;
    }

    /** The files that {@code -Dgemel.test.scenario} names: one by its name, or a folder; all without it. */
    static List<Scenario> chosen() throws IOException, ScenarioException {
        String wanted = System.getProperty("gemel.test.scenario", "");
        List<Scenario> chosen = all().stream()
                .filter(each -> wanted.isEmpty()
                        || each.name().equals(wanted)
                        || each.name().startsWith(wanted + "/"))
                .toList();
        if (chosen.isEmpty()) {
            throw new ScenarioException("no file under " + FOLDER + " is named " + wanted);
        }
        return chosen;
    }
}
