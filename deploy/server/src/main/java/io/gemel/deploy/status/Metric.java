package io.gemel.deploy.status;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * One figure of {@code /metrics}.
 *
 * @param name its name, with its unit
 * @param type whether it only grows
 * @param help what it is, in one sentence
 * @param label what its samples differ by; empty for a metric with one sample
 * @param samples takes its samples out of a report, by the label's value
 */
record Metric(String name, Type type, String help, String label, Function<StatusReport, Map<String, Double>> samples) {
    /** The kinds of metric that Prometheus tells apart. */
    enum Type {
        COUNTER,
        GAUGE
    }

    static Metric counter(String name, String help, ToDoubleFunction<StatusReport> figure) {
        return single(name, Type.COUNTER, help, figure);
    }

    static Metric gauge(String name, String help, ToDoubleFunction<StatusReport> figure) {
        return single(name, Type.GAUGE, help, figure);
    }

    private static Metric single(String name, Type type, String help, ToDoubleFunction<StatusReport> figure) {
        return new Metric(name, type, help, "", report -> Map.of("", figure.applyAsDouble(report)));
    }

    /** A counter for each value of a label. */
    static Metric counters(String name, String help, String label, Function<StatusReport, Map<String, Long>> figures) {
        return new Metric(name, Type.COUNTER, help, label, report -> {
            Map<String, Double> samples = new TreeMap<>();
            figures.apply(report).forEach((value, count) -> samples.put(value, (double) count));
            return samples;
        });
    }

    /** 1 for the state something is in, and 0 for each other one. */
    static Metric state(String name, String help, Function<StatusReport, SideState> state) {
        return new Metric(name, Type.GAUGE, help, "state", report -> {
            Map<String, Double> samples = new TreeMap<>();
            for (SideState each : SideState.values()) {
                samples.put(each.word(), each == state.apply(report) ? 1.0 : 0.0);
            }
            return samples;
        });
    }

    /** 1 for each value of a label that is present, and 0 for each other one. */
    static Metric presence(
            String name, String help, String label, List<String> values, Function<StatusReport, Set<String>> present) {
        return new Metric(name, Type.GAUGE, help, label, report -> {
            Set<String> now = present.apply(report);
            Map<String, Double> samples = new TreeMap<>();
            values.forEach(value -> samples.put(value, now.contains(value) ? 1.0 : 0.0));
            return samples;
        });
    }
}
