package io.gemel.deploy.bench;

import java.util.Arrays;

/**
 * What came of one run of load.
 *
 * @param perSecond requests that were done
 * @param p50 their median latency, milliseconds
 * @param p99 what 99 of 100 of them did not exceed, milliseconds
 * @param failed requests with another answer, or none
 * @param shed those among them that were answered with 503
 * @param hopMicros processor time that the process on the way used for each request, microseconds; 0 without one
 * @param busy how much of all processors' time the whole machine used, from 0 to 1
 */
record Sample(double perSecond, double p50, double p99, int failed, int shed, double hopMicros, double busy) {
    /**
     * Takes the figures from all latencies of a run.
     *
     * @param nanos of the requests that were done
     * @throws IllegalStateException when there was none
     */
    static Sample of(long[] nanos, double seconds, int failed, int shed, double hopMicros, double busy) {
        if (nanos.length == 0) {
            throw new IllegalStateException("no request was done, and " + failed + " failed");
        }
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Sample(sorted.length / seconds, at(sorted, 0.5), at(sorted, 0.99), failed, shed, hopMicros, busy);
    }

    private static double at(long[] sorted, double quantile) {
        return sorted[(int) Math.floor(quantile * sorted.length)] / 1e6;
    }
}
