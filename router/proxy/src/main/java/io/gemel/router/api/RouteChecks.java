package io.gemel.router.api;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Valid settings of a route. Pure. */
public final class RouteChecks {
    /** Methods that are passed to VMs. */
    public static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private static final Pattern HOST = Pattern.compile("(\\*\\.)?[a-z0-9_-]+(\\.[a-z0-9_-]+)*");

    private static final Pattern COOKIE = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private RouteChecks() {}

    /** Names every problem of each route, and routes that are there twice. */
    static void check(List<String> problems, List<Route> routes, RouterTimes times) {
        Set<String> names = new HashSet<>();
        for (Route route : routes) {
            check(problems, route);
            Duration timeout = route.timeout();
            if (timeout != null && timeout.toMillis() <= 0) {
                problems.add("route." + route.name() + ".timeout must be at least a millisecond");
            }
            if (timeout != null && times.idleTimeout().compareTo(timeout.plus(times.durabilityTimeout())) <= 0) {
                problems.add("idle.timeout must be above route." + route.name()
                        + ".timeout and durability.timeout together: a connection is idle while its request runs");
            }
            if (!names.add(route.name())) {
                problems.add("route." + route.name() + " is there twice");
            }
        }
    }

    private static void check(List<String> problems, Route checked) {
        String host = checked.host();
        String sticky = Objects.requireNonNullElse(checked.sticky(), "");
        List<String> methods = Objects.requireNonNullElse(checked.methods(), List.of());
        String route = "route." + checked.name();
        if (!checked.prefix().startsWith("/")) {
            problems.add(route + " must begin with /, or with a host and /");
        }
        if (!host.isEmpty() && !HOST.matcher(host).matches()) {
            problems.add(route + " has the host " + host
                    + ": write a name without a port, such as shop.example.com or *.example.com");
        }
        if (!sticky.isEmpty() && !COOKIE.matcher(sticky).matches()) {
            problems.add(route + ".sticky=" + sticky
                    + " is no name for a cookie: write at most 64 letters, digits, _ and -, such as SHOPVM");
        }
        for (String method : methods) {
            if (!METHODS.contains(method)) {
                problems.add(route + ".methods has " + method + ", which is not passed on: write some of "
                        + String.join(", ", METHODS));
            }
        }
    }

    /**
     * Names groups that routes lead to and no VM is of, and VMs that no route leads to.
     *
     * @param usual the group to which requests go that no route sends elsewhere
     * @param ofVms the group of each VM and of each name that stands for VMs, by the beginning of its keys
     * @param open whether VMs of any group may come that nothing names
     */
    static void checkGroups(
            List<String> problems, String usual, Map<String, String> ofVms, List<Route> routes, boolean open) {
        groups(routes).forEach((route, group) -> {
            if (!open && !ofVms.containsValue(group)) {
                problems.add("route." + route + ".group=" + group
                        + " names a group that no VM is of: add vm.<name>.group=" + group);
            }
        });
        ofVms.forEach((vm, group) -> {
            if (!leads(usual, routes, group)) {
                problems.add(vm + ".group=" + group + " is a group that no route leads to: add route.<prefix>.group="
                        + group);
            }
        });
    }

    /** Whether requests go to a group. */
    static boolean leads(String usual, List<Route> routes, String group) {
        Map<String, String> groups = groups(routes);
        return groups.containsValue(group) || (group.equals(usual) && !groups.containsKey("/"));
    }

    /** The group of each route that names one. */
    private static Map<String, String> groups(List<Route> routes) {
        Map<String, String> groups = new TreeMap<>();
        for (Route route : routes) {
            String group = route.group();
            if (group != null) {
                groups.put(route.name(), group);
            }
        }
        return groups;
    }
}
