package io.gemel.router.report;

import io.gemel.router.api.RouterReport.Answers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How long answers took since the router started, by route, VM and class of status. The number of series is bounded by
 * the routes and VMs of the configuration. Thread-safe.
 */
public final class AnswerTimes {
    /** Stands for no route, where a request was not proper, and for no VM, where the router itself answered. */
    public static final String NONE = "-";

    private static final List<String> CLASSES = List.of("0xx", "1xx", "2xx", "3xx", "4xx", "5xx");

    private record Series(String route, String vm, String code) {}

    private static final class Times {
        final AtomicLongArray buckets = new AtomicLongArray(Answers.BOUNDS_MICROS.size() + 1);
        final LongAdder micros = new LongAdder();
    }

    private final Map<Series, Times> all = new ConcurrentHashMap<>();

    /**
     * Counts an answer by its status.
     *
     * @param vm null when the router itself answered
     */
    public void record(String route, @Nullable String vm, int status, long micros) {
        record(route, vm == null ? NONE : vm, codeClass(status), micros);
    }

    private static String codeClass(int status) {
        int hundreds = status / 100;
        return hundreds < CLASSES.size() ? CLASSES.get(hundreds) : hundreds + "xx";
    }

    /**
     * Counts one thing that took so long.
     *
     * @param code one of a few words
     */
    public void record(String route, String vm, String code, long micros) {
        Series series = new Series(route, vm, code);
        Times times = all.computeIfAbsent(series, unused -> new Times());
        int bucket = 0;
        while (bucket < Answers.BOUNDS_MICROS.size() && micros > Answers.BOUNDS_MICROS.get(bucket)) {
            bucket++;
        }
        times.buckets.incrementAndGet(bucket);
        times.micros.add(micros);
    }

    /** Forgets series of routes and VMs that are there no longer. */
    public void keep(Set<String> routes, Set<String> vms) {
        all.keySet()
                .removeIf(series ->
                        (!routes.contains(series.route()) && !series.route().equals(NONE))
                                || (!vms.contains(series.vm()) && !series.vm().equals(NONE)));
    }

    /** As they are now, in order. */
    public List<Answers> report() {
        List<Answers> report = new ArrayList<>();
        all.forEach((series, times) -> {
            List<Long> within = new ArrayList<>();
            long sum = 0;
            for (int i = 0; i < times.buckets.length(); i++) {
                sum += times.buckets.get(i);
                within.add(sum);
            }
            report.add(new Answers(series.route(), series.vm(), series.code(), within, times.micros.sum()));
        });
        report.sort(
                Comparator.comparing(Answers::route).thenComparing(Answers::vm).thenComparing(Answers::code));
        return report;
    }
}
