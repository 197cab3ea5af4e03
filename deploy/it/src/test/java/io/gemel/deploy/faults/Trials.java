package io.gemel.deploy.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How often each fault was tried and how long the sites needed after it. One thread. */
final class Trials {
    private final Map<String, List<Measure>> recoveries = new TreeMap<>();

    void add(Fault fault, Duration took, Duration most) {
        recoveries
                .computeIfAbsent(String.format("%2d %s", fault.row(), fault.name()), name -> new ArrayList<>())
                .add(new Measure("milliseconds to recover from '" + fault + "'", took.toMillis(), most.toMillis()));
    }

    List<Measure> recoveries() {
        return recoveries.values().stream().flatMap(List::stream).toList();
    }

    /** One line for each fault: row, name, trials, median and longest time to recover in milliseconds. */
    String table() {
        StringBuilder table =
                new StringBuilder(String.format("%-62s %6s %9s %8s%n", "fault", "trials", "median ms", "most ms"));
        recoveries.forEach((name, all) -> {
            List<Long> sorted = all.stream().map(Measure::value).sorted().toList();
            table.append(String.format(
                    "%-62s %6d %9d %8d%n",
                    name, sorted.size(), sorted.get(sorted.size() / 2), sorted.get(sorted.size() - 1)));
        });
        return table.toString();
    }
}
