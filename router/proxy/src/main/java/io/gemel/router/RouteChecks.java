package io.gemel.router;

import java.util.List;
import java.util.regex.Pattern;

/** What a route may ask of a request. Pure. */
final class RouteChecks {
    /** Methods that are passed to VMs. */
    static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private static final Pattern HOST = Pattern.compile("(\\*\\.)?[a-z0-9_-]+(\\.[a-z0-9_-]+)*");

    private RouteChecks() {}

    /**
     * Names every problem.
     *
     * @param host empty for any
     * @param methods empty for all
     */
    static void check(List<String> problems, String host, String prefix, List<String> methods) {
        String route = "route." + host + prefix;
        if (!prefix.startsWith("/")) {
            problems.add(route + " must begin with /, or with a host and /");
        }
        if (!host.isEmpty() && !HOST.matcher(host).matches()) {
            problems.add(route + " has the host " + host
                    + ": write a name without a port, such as shop.example.com or *.example.com");
        }
        for (String method : methods) {
            if (!METHODS.contains(method)) {
                problems.add(route + ".methods has " + method + ", which is not passed on: write some of "
                        + String.join(", ", METHODS));
            }
        }
    }
}
