package io.gemel.deploy.config;

import java.util.List;
import java.util.stream.Collectors;

/** Configuration files that cannot be used. Carries every problem found in them, never only the first. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigProblem> problems;

    ConfigException(List<ConfigProblem> problems) {
        super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining(System.lineSeparator())));
        this.problems = List.copyOf(problems);
    }

    /** Every problem, by file and line. */
    public List<ConfigProblem> problems() {
        return problems;
    }
}
