package io.gemel.deploy.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration file that cannot be used. Carries every problem found in it, never only the first. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigProblem> problems;

    ConfigException(List<ConfigProblem> problems) {
        super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining(System.lineSeparator())));
        this.problems = List.copyOf(problems);
    }

    /** One failure with the problems of several files. */
    public static ConfigException joining(List<ConfigException> refused) {
        return new ConfigException(refused.stream()
                .flatMap(exception -> exception.problems().stream())
                .toList());
    }

    /** Every problem of the file, in the order of its lines. */
    public List<ConfigProblem> problems() {
        return problems;
    }
}
