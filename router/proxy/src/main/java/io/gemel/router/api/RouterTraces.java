package io.gemel.router.api;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Whether the router takes part in traces (W3C Trace Context).
 *
 * @param on {@code trace}: each attempt is a separate span, whose id its VM gets as its parent; without it a client's
 *     headers pass unchanged
 * @param sampledPercent {@code trace.sampled}: percentage of the traces begun by the router that are sampled
 */
public record RouterTraces(boolean on, int sampledPercent) {
    private static final int ALL = 100;

    /** No part. */
    public static RouterTraces defaults() {
        return new RouterTraces(false, ALL);
    }

    /** Whether a trace that begins now is sampled. */
    public boolean samples(RandomGenerator random) {
        return random.nextInt(ALL) < sampledPercent;
    }

    void check(List<String> problems) {
        if (sampledPercent < 0 || sampledPercent > ALL) {
            problems.add("trace.sampled=" + sampledPercent + " must be 0 to 100");
        }
    }
}
