package io.gemel.router;

import io.gemel.router.RouterConfig.Route;
import java.util.Comparator;
import java.util.List;

/** Finds the route of a request: the longest prefix that covers its path. Pure. */
final class Routes {
    /** Of requests that no route covers. */
    static final Route DEFAULT = new Route("/", null, true);

    private final List<Route> longestFirst;

    Routes(List<Route> routes) {
        longestFirst = routes.stream()
                .sorted(Comparator.comparingInt((Route route) -> route.prefix().length())
                        .reversed())
                .toList();
    }

    Route of(Target target) {
        for (Route route : longestFirst) {
            if (target.under(route.prefix())) {
                return route;
            }
        }
        return DEFAULT;
    }
}
