package io.gemel.figure;

import io.gemel.figure.Metric.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The figures of a report by their names in every output, in the order of output. Immutable.
 *
 * @param figures values of the report itself
 * @param metrics Prometheus metrics, with those of its parts
 * @param rows of a table for people, with those of its parts
 * @param sections parts that are beans in JMX
 */
public record Figures<R>(
        List<Figure<R>> figures, List<Metric<R>> metrics, List<Row<R>> rows, List<Section<R, ?>> sections) {
    /** The media type of {@link #prometheus}. */
    public static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    public Figures {
        figures = List.copyOf(figures);
        metrics = List.copyOf(metrics);
        rows = List.copyOf(rows);
        sections = List.copyOf(sections);
    }

    /** Begins the table of a kind of report. */
    public static <R> Builder<R> of(Class<R> report) {
        return new Builder<>(report);
    }

    /** A report as JSON: numbers, booleans, texts, and lists of such objects for parts. */
    public Map<String, Object> json(R report) {
        Map<String, Object> json = new LinkedHashMap<>();
        figures.stream()
                .filter(Figure::json)
                .forEach(figure -> json.put(figure.name(), figure.value().apply(report)));
        return json;
    }

    /** A report in the Prometheus text format. */
    public String prometheus(R report, String label, String value) {
        StringBuilder text = new StringBuilder();
        metrics.forEach(metric -> metric.print(report, Metric.label(label, value), text));
        return text.toString();
    }

    /**
     * A part of a report that is a bean of its own in JMX.
     *
     * @param bean its type there
     * @param part takes it out of the report
     * @param figures what it tells
     */
    public record Section<R, S>(String bean, Function<R, S> part, Figures<S> figures) {}

    /**
     * Builds a table of figures, one call each. A figure has the name of the public method of the report's class that returns it, and an unknown
     * name is an {@link IllegalArgumentException}. It is part of JSON and JMX unless {@link #onlyJson} or {@link #onlyJmx} follows it. One thread.
     */
    public static final class Builder<R> {
        private final Class<R> report;
        private final List<Figure<R>> figures = new ArrayList<>();
        private final List<Metric<R>> metrics = new ArrayList<>();
        private final List<Row<R>> rows = new ArrayList<>();
        private final List<Section<R, ?>> sections = new ArrayList<>();

        Builder(Class<R> report) {
            this.report = report;
        }

        /** A figure without a metric, for instance a text. */
        public Builder<R> value(String name) {
            figures.add(Figure.of(report, name));
            return this;
        }

        /** A number that only grows. */
        public Builder<R> counter(String name, String metric) {
            return single(name, metric, "counter");
        }

        /** A number, or whether something is so. */
        public Builder<R> gauge(String name, String metric) {
            return single(name, metric, "gauge");
        }

        private Builder<R> single(String name, String metric, String type) {
            value(name);
            Function<R, Object> value = last().value();
            return metric(new Metric<>(
                    metric, type, "", report -> List.of(new Sample("", number(value.apply(report))))));
        }

        private static double number(Object value) {
            if (value instanceof Boolean is) {
                return is ? 1 : 0;
            }
            return ((Number) value).doubleValue();
        }

        /** A counter for each key of a map, which is a label of the metric. */
        public Builder<R> counters(String name, String metric, String label) {
            value(name);
            Function<R, Object> value = last().value();
            return metric(new Metric<>(metric, "counter", "", report -> {
                List<Sample> samples = new ArrayList<>();
                new TreeMap<>((Map<?, ?>) value.apply(report))
                        .forEach((key, count) ->
                                samples.add(new Sample(Metric.label(label, (String) key), number(count))));
                return samples;
            }));
        }

        /** A state: as a metric, 1 for the one that something is in and 0 for each other one. */
        public Builder<R> state(String name, Enum<?>[] all, String metric) {
            value(name);
            Function<R, Object> value = last().value();
            return metric(new Metric<>(metric, "gauge", "", report -> {
                Object now = value.apply(report);
                List<Sample> samples = new ArrayList<>();
                for (Enum<?> each : all) {
                    String word = Figure.word(each);
                    samples.add(new Sample(Metric.label("state", word), word.equals(now) ? 1 : 0));
                }
                return samples;
            }));
        }

        /** A metric that is no single value of the report. */
        public Builder<R> metric(Metric<R> metric) {
            metrics.add(metric);
            return this;
        }

        /** What the last metric is, in one sentence. */
        public Builder<R> help(String help) {
            int last = metrics.size() - 1;
            metrics.set(last, metrics.get(last).with(help));
            return this;
        }

        /**
         * A line for the last figure in a table for people.
         *
         * @param words for true and false, when it is one of these
         */
        public Builder<R> row(String title, String... words) {
            rows.add(Row.of(title, last(), words));
            return this;
        }

        /** Keeps the last figure out of JMX. */
        public Builder<R> onlyJson() {
            figures.set(figures.size() - 1, last().on(true, false));
            return this;
        }

        /** Keeps the last figure out of JSON. */
        public Builder<R> onlyJmx() {
            figures.set(figures.size() - 1, last().on(false, true));
            return this;
        }

        private Figure<R> last() {
            return figures.get(figures.size() - 1);
        }

        /** A part of the report that is a bean of its own in JMX. */
        public <S> Builder<R> section(String bean, Function<R, S> part, Builder<S> builder) {
            Figures<S> of = builder.build();
            sections.add(new Section<>(bean, part, of));
            of.metrics().forEach(metric -> metrics.add(metric.within(part)));
            of.rows().forEach(row -> rows.add(row.within(part)));
            return this;
        }

        /**
         * Parts of the report that are alike: a list in JSON, and samples with labels of their own.
         *
         * @param labels what the samples of a part differ by from those of others
         */
        public <P> Builder<R> parts(
                String name, Function<R, List<P>> parts, Function<P, String> labels, Figures<P> of) {
            figures.add(new Figure<>(
                    name,
                    List.class,
                    report -> parts.apply(report).stream().map(of::json).toList(),
                    true,
                    false));
            of.metrics().forEach(metric -> metrics.add(metric.ofEach(parts, labels)));
            return this;
        }

        /**
         * The table, complete.
         *
         * @throws IllegalStateException when a metric has no help
         */
        public Figures<R> build() {
            metrics.stream()
                    .filter(metric -> metric.help().isEmpty())
                    .findFirst()
                    .ifPresent(metric -> {
                        throw new IllegalStateException(metric.name() + " has no help");
                    });
            return new Figures<>(figures, metrics, rows, sections);
        }
    }
}
