package io.gemel.router.request;

import io.gemel.router.api.Route;
import io.gemel.router.api.RouteChecks;
import io.gemel.router.api.RouterConfig;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Finds the route of a request: of those for its host, if there are any, else of those for hosts that end like it, else of those for any
 * host, the longest prefix that covers its path. Pure.
 */
public final class Routes {
    /** As much of a path as the name of a setting may hold, and what a properties file leaves as it is. */
    private static final Pattern PLAIN_PATH = Pattern.compile("/[A-Za-z0-9_./~-]{0,199}");

    private static final String WILDCARD = "*.";

    /** Of requests that no route covers. */
    public static final Route DEFAULT =
            new Route("", "/", null, true, null, null, List.of(), RouterConfig.GROUP_DEFAULT, "");

    private static final Comparator<Route> CLOSEST_FIRST = Comparator.comparing(
                    (Route route) -> route.host().isEmpty())
            .thenComparing(route -> route.host().startsWith(WILDCARD))
            .thenComparing(route -> -route.host().length())
            .thenComparing(route -> -route.prefix().length());

    private final List<Route> closestFirst;

    public Routes(List<Route> routes) {
        Deque<Route> whole = new ArrayDeque<>();
        routes.stream().sorted(CLOSEST_FIRST.reversed()).forEach(route -> whole.addFirst(completed(route, whole)));
        closestFirst = List.copyOf(whole);
    }

    /** What a route does not say itself it has from the closest one of those that cover all of it. */
    private static Route completed(Route route, Iterable<Route> others) {
        Route above = DEFAULT;
        for (Route other : others) {
            if (isUnder(route.host(), other.host()) && new RequestTarget("", route.prefix()).under(other.prefix())) {
                above = other;
                break;
            }
        }
        return new Route(
                route.host(),
                route.prefix(),
                route.durability(),
                route.resubmit(),
                route.submission(),
                route.timeout(),
                route.methods() == null ? above.methods() : route.methods(),
                route.group() == null ? above.group() : route.group(),
                route.sticky() == null ? above.sticky() : route.sticky());
    }

    /** Every route, with what it has from others, the closest first. */
    public List<Route> all() {
        return closestFirst;
    }

    /**
     * The route of a request.
     *
     * @param host by which the client called, in lower case and without a dot at its end; empty for none
     */
    public Route of(String host, RequestTarget target) {
        for (Route route : closestFirst) {
            if (isUnder(host, route.host()) && target.under(route.prefix())) {
                return route;
            }
        }
        return DEFAULT;
    }

    /** Whether a route's host covers a host, or all hosts of another route. */
    private static boolean isUnder(String host, String ofRoute) {
        return ofRoute.isEmpty()
                || host.equals(ofRoute)
                || (ofRoute.startsWith(WILDCARD)
                        && host.endsWith(ofRoute.substring(1))
                        && host.length() > ofRoute.length() - 1);
    }

    /**
     * The name of the route that covers as little as possible besides a path, and that requests for it take once it is there: it is for
     * the hosts of the route that they take now, and its path can be written as a part of a setting's name.
     */
    public static String nameOfClosest(Route route, String path) {
        for (int end = path.length(); end > route.prefix().length(); end = path.lastIndexOf('/', end - 1)) {
            String prefix = path.substring(0, end);
            if (PLAIN_PATH.matcher(prefix).matches()) {
                return route.host() + prefix;
            }
        }
        return route.name();
    }

    /** The group whose VMs get a route's requests. */
    public static String group(Route route) {
        return Objects.requireNonNullElse(route.group(), RouterConfig.GROUP_DEFAULT);
    }

    /** Whether a route passes a method on. */
    public static boolean allows(Route route, String method) {
        List<String> methods = route.methods();
        return methods == null
                || methods.isEmpty()
                || methods.contains(method)
                || (method.equals("HEAD") && methods.contains("GET"));
    }

    /** The methods that a route passes on, for a client that came with another one. */
    public static String allowed(Route route) {
        return String.join(
                ", ",
                RouteChecks.METHODS.stream()
                        .filter(method -> allows(route, method))
                        .toList());
    }
}
