package io.gemel.deploy.config;

import io.gemel.router.api.Durability;
import io.gemel.router.api.Route;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code route.<host><prefix>.*}: one route. */
final class RouteLines implements EntryLines {
    private final String host;
    private final String prefix;
    private @Nullable Durability durability;
    private boolean resubmit = true;
    private @Nullable Boolean submission;
    private @Nullable Duration timeout;
    private @Nullable List<String> methods;
    private @Nullable String group;
    private @Nullable String sticky;

    RouteLines(String host, String prefix) {
        this.host = host;
        this.prefix = prefix;
    }

    @Override
    public void take(String what, String text) throws BadValueException {
        switch (what) {
            case "durability" -> durability = RouterKeys.durability(text);
            case "resubmit" -> resubmit = Values.yesOrNo(text);
            case "submission" -> submission = Values.yesOrNo(text);
            case "timeout" -> timeout = Values.duration(text, RouterKeys.LEAST, RouterKeys.HOUR);
            case "methods" -> methods = Values.list(text);
            case "group" -> group = Values.name(text);
            case "sticky" -> sticky = text;
            default ->
                throw new BadValueException(
                        "is not known",
                        "a route has the keys durability, resubmit, submission, timeout, methods, group and sticky");
        }
    }

    @Override
    public List<String> lacking() {
        return List.of();
    }

    Route route() {
        return new Route(host, prefix, durability, resubmit, submission, timeout, methods, group, sticky);
    }
}
