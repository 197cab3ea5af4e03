package io.gemel.figure;

import java.util.List;
import java.util.function.Function;

/**
 * A figure as Prometheus has it.
 *
 * @param name with its unit
 * @param type what Prometheus calls it: {@code counter}, {@code gauge} or {@code histogram}
 * @param help what it is, in one sentence
 * @param samples takes its samples out of a report
 */
public record Metric<R>(String name, String type, String help, Function<R, List<Sample>> samples) {
    /**
     * One value of a metric.
     *
     * @param suffix what the metric's name is followed by
     * @param labels each behind a comma, as {@link #label} writes them
     */
    public record Sample(String suffix, String labels, double value) {
        public Sample(String labels, double value) {
            this("", labels, value);
        }
    }

    /** A label of a sample. */
    public static String label(String name, String value) {
        String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return "," + name + "=\"" + escaped + "\"";
    }

    /** As Prometheus reads it; whole numbers without a fraction, since positions are compared by eye. */
    public static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    Metric<R> with(String help) {
        return new Metric<>(name, type, help, samples);
    }

    /** The same metric of what has this report as a part. */
    <T> Metric<T> within(Function<T, R> part) {
        return new Metric<>(name, type, help, whole -> samples.apply(part.apply(whole)));
    }

    /** The same metric of what has several of these reports as parts, which differ by labels. */
    <T> Metric<T> ofEach(Function<T, List<R>> parts, Function<R, String> labels) {
        return new Metric<>(
                name,
                type,
                help,
                whole -> parts.apply(whole).stream()
                        .flatMap(part -> samples.apply(part).stream()
                                .map(sample -> new Sample(
                                        sample.suffix(), labels.apply(part) + sample.labels(), sample.value())))
                        .toList());
    }

    /** @param labels of every sample, each behind a comma */
    void print(R report, String labels, StringBuilder text) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        for (Sample sample : samples.apply(report)) {
            text.append(name).append(sample.suffix());
            text.append('{').append((labels + sample.labels()).substring(1)).append("} ");
            text.append(number(sample.value())).append('\n');
        }
    }
}
