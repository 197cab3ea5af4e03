package io.gemel.router.api;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Valid settings of a route. Pure. */
public final class RouteChecks {
    /** Methods that are passed to VMs. */
    public static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private static final Pattern HOST = Pattern.compile("(\\*\\.)?[a-z0-9_-]+(\\.[a-z0-9_-]+)*");

    private static final Pattern COOKIE = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private RouteChecks() {}

    /**
     * Names every problem.
     *
     * @param host empty for any
     * @param methods empty for all
     * @param sticky name of a cookie; empty for none
     */
    static void check(List<String> problems, String host, String prefix, List<String> methods, String sticky) {
        String route = "route." + host + prefix;
        if (!prefix.startsWith("/")) {
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
     * @param ofRoutes that of each route that names one
     * @param open whether VMs of any group may come that nothing names
     */
    static void checkGroups(
            List<String> problems,
            String usual,
            Map<String, String> ofVms,
            Map<String, String> ofRoutes,
            boolean open) {
        ofRoutes.forEach((route, group) -> {
            if (!open && !ofVms.containsValue(group)) {
                problems.add("route." + route + ".group=" + group
                        + " names a group that no VM is of: add vm.<name>.group=" + group);
            }
        });
        ofVms.forEach((vm, group) -> {
            if (!leads(usual, ofRoutes, group)) {
                problems.add(vm + ".group=" + group + " is a group that no route leads to: add route.<prefix>.group="
                        + group);
            }
        });
    }

    /** Whether requests go to a group. */
    static boolean leads(String usual, Map<String, String> ofRoutes, String group) {
        return ofRoutes.containsValue(group) || (group.equals(usual) && !ofRoutes.containsKey("/"));
    }
}
