package io.gemel.deploy.router;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How long clients had to wait because of each kind of death, over all its trials. One thread. */
final class Stalls {
    private final Map<String, List<Duration>> byKind = new TreeMap<>();

    void add(String kind, Duration stall) {
        byKind.computeIfAbsent(kind, none -> new ArrayList<>()).add(stall);
    }

    /** One line a kind: trials, and quantiles of the longest latency that a client saw in each, milliseconds. */
    String table() {
        StringBuilder table = new StringBuilder(String.format(
                "%-28s %6s %8s %8s %8s%n", "client-visible stall", "trials", "p50 ms", "p95 ms", "max ms"));
        byKind.forEach((kind, stalls) -> {
            List<Long> sorted = stalls.stream().map(Duration::toMillis).sorted().toList();
            table.append(String.format(
                    "%-28s %6d %8d %8d %8d%n", kind, sorted.size(), at(sorted, 0.5), at(sorted, 0.95), at(sorted, 1)));
        });
        return table.toString();
    }

    /** The smallest value that is not below this part of all. */
    private static long at(List<Long> sorted, double quantile) {
        return sorted.get(Math.max(0, (int) Math.ceil(quantile * sorted.size()) - 1));
    }
}
