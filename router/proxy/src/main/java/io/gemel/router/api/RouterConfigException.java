package io.gemel.router.api;

import java.util.List;

/** A router's configuration that cannot work. */
public final class RouterConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /** @param problems each with the name of its setting and what to do */
    public RouterConfigException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** Each problem with the name of its setting, in the order in which settings are described. */
    public List<String> problems() {
        return problems;
    }
}
