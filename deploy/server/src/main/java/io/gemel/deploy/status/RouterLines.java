package io.gemel.deploy.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.gemel.router.api.RouterFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A router's figures for a person: its own on one line each, then a table of its sites and one of its VMs. */
final class RouterLines {
    private static final String SITE = "  %-12s %-10s %12s %8s %10s   %s";
    private static final String VM = "  %-12s %-10s %-12s %-10s %9s %10s %7s   %s";

    private static final String GROUP = "  %-12s %-10s %12s %8s   %s";

    private RouterLines() {}

    static List<String> of(JsonNode router) {
        List<String> lines = new ArrayList<>();
        lines.add(format(
                "router %s at %s: %s",
                router.path("router").asText(),
                router.path("site").asText(),
                router.path("ready").asBoolean()
                        ? "ready"
                        : router.path("reason").asText()));
        String problem = router.path("reloadProblem").asText();
        if (!problem.isEmpty()) {
            lines.add("  its changed settings are rejected; it continues with the previous ones: " + problem);
        }
        for (JsonNode name : router.path("discovery")) {
            String wrong = name.path("problem").asText();
            if (!wrong.isEmpty()) {
                lines.add(format(
                        "  discover.%s: %s (%s of its VMs are known)",
                        name.path("name").asText(), wrong, count(name, "vms")));
            }
        }
        lines.add(format(
                "  requests %s   in flight %s%s   latency p50 %.1f ms, p99 %.1f ms",
                count(router, "requests"),
                count(router, "inFlight"),
                router.path("upgraded").asLong() == 0 ? "" : "   upgraded " + count(router, "upgraded"),
                router.path("latencyMillisP50").asDouble(),
                router.path("latencyMillisP99").asDouble()));
        lines.add(RouterFigures.ALL.rows().stream()
                .map(row -> row.title() + " " + count(router, row.figure()))
                .collect(Collectors.joining("   ", "  ", "")));
        lines.add(format(SITE, "site", "state", "in flight", "limit", "lag", ""));
        for (JsonNode site : router.path("sites")) {
            long lag = site.path("lagMillis").asLong(-1);
            lines.add(format(
                    SITE,
                    site.path("name").asText(),
                    site.path("state").asText(),
                    count(site, "inFlight"),
                    count(site, "limit"),
                    lag < 0 ? "unknown" : lag + " ms",
                    site.path("reason").asText()));
        }
        groups(router, lines);
        vms(router, lines);
        return lines;
    }

    /** A single one is the application: its figures are the router's. */
    private static void groups(JsonNode router, List<String> lines) {
        if (router.path("groups").size() < 2) {
            return;
        }
        lines.add(format(GROUP, "group", "state", "in flight", "waiting", ""));
        for (JsonNode group : router.path("groups")) {
            List<String> usable = new ArrayList<>();
            for (JsonNode site : group.path("sites")) {
                usable.add(site.path("site").asText() + " " + count(site, "usable"));
            }
            lines.add(format(
                    GROUP,
                    group.path("name").asText(),
                    group.path("ready").asBoolean() ? "ready" : "not ready",
                    count(group, "inFlight"),
                    count(group, "waiting"),
                    group.path("ready").asBoolean()
                            ? "VMs that take requests: " + String.join(", ", usable)
                            : group.path("reason").asText()));
        }
    }

    private static void vms(JsonNode router, List<String> lines) {
        boolean several = router.path("groups").size() > 1;
        lines.add(format(VM, "VM", "site", "host", "state", "in flight", "latency", "deaths", several ? "group" : ""));
        for (JsonNode vm : router.path("vms")) {
            String group = several ? vm.path("group").asText() + "  " : "";
            lines.add(format(
                    VM,
                    vm.path("name").asText(),
                    vm.path("site").asText(),
                    vm.path("host").asText(),
                    vm.path("state").asText(),
                    count(vm, "inFlight") + (vm.path("upgraded").asLong() == 0 ? "" : "+" + count(vm, "upgraded")),
                    format("%.1f ms", vm.path("latencyMillis").asDouble()),
                    count(vm, "deaths"),
                    group + vm.path("reason").asText()));
        }
    }

    private static String count(JsonNode of, String figure) {
        return format("%,d", of.path(figure).asLong());
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values).stripTrailing();
    }
}
