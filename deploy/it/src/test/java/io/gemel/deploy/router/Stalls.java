package io.gemel.deploy.router;

import io.gemel.deploy.bank.BankExchange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How long clients had to wait because of each kind of death, over all its trials. One thread. */
final class Stalls {
    private final Map<String, List<BankExchange>> byKind = new TreeMap<>();

    /** @param slowest the submission that took longest in one trial */
    void add(String kind, BankExchange slowest) {
        byKind.computeIfAbsent(kind, none -> new ArrayList<>()).add(slowest);
    }

    /** One line a kind: trials, and quantiles of the longest latency that a client saw in each, milliseconds; then the longest of all. */
    String table() {
        StringBuilder table = new StringBuilder(String.format(
                "%-28s %6s %8s %8s %8s%n", "client-visible stall", "trials", "p50 ms", "p95 ms", "max ms"));
        StringBuilder slowest = new StringBuilder();
        byKind.forEach((kind, trials) -> {
            List<BankExchange> sorted = trials.stream()
                    .sorted(Comparator.comparing(BankExchange::latency))
                    .toList();
            table.append(String.format(
                    "%-28s %6d %8d %8d %8d%n", kind, sorted.size(), at(sorted, 0.5), at(sorted, 0.95), at(sorted, 1)));
            slowest.append(kind)
                    .append(": ")
                    .append(sorted.get(sorted.size() - 1))
                    .append(System.lineSeparator());
        });
        return table.append(slowest).toString();
    }

    /** The smallest latency that is not below this part of all. */
    private static long at(List<BankExchange> sorted, double quantile) {
        return sorted.get(Math.max(0, (int) Math.ceil(quantile * sorted.size()) - 1))
                .latency()
                .toMillis();
    }
}
