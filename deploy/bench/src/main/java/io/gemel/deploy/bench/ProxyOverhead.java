package io.gemel.deploy.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one way was measured to take with one kind of request.
 *
 * @param greatest at full load, one of each round
 * @param steady at the steady rate, one of each round
 */
record ProxyOverhead(RequestPath path, List<Sample> greatest, List<Sample> steady) {
    /** Nothing measured yet. */
    static ProxyOverhead by(RequestPath path) {
        return new ProxyOverhead(path, new ArrayList<>(), new ArrayList<>());
    }

    /** What a figure was at full load; the median of all rounds. */
    double fully(ToDoubleFunction<Sample> figure) {
        return median(each(greatest, figure));
    }

    /** What a figure was at the steady rate; the median of all rounds. */
    double steadily(ToDoubleFunction<Sample> figure) {
        return median(each(steady, figure));
    }

    /** How much more than by another way it took in the same round, milliseconds; the median of all rounds. */
    double added(ProxyOverhead to, ToDoubleFunction<Sample> figure) {
        double[] mine = each(steady, figure);
        double[] theirs = each(to.steady, figure);
        for (int i = 0; i < mine.length; i++) {
            mine[i] -= theirs[i];
        }
        return median(mine);
    }

    /** Requests that were not done, in all rounds. */
    int failed() {
        return greatest.stream().mapToInt(Sample::failed).sum()
                + steady.stream().mapToInt(Sample::failed).sum();
    }

    private static double[] each(List<Sample> samples, ToDoubleFunction<Sample> figure) {
        return samples.stream().mapToDouble(figure).toArray();
    }

    private static double median(double[] figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
