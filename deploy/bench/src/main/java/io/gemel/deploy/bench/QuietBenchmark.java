package io.gemel.deploy.bench;

import java.time.Duration;

/** A system on which little happens: the lag of single rows, and what a site process takes when nothing happens at all. */
final class QuietBenchmark {
    /** Inserts a second each way. */
    static final int PER_SECOND = 50;

    private static final double SITES = 2;

    /**
     * A measurement.
     *
     * @param idleShare of a core that one site process takes without a load; 0 when there is none
     */
    record Result(LagBenchmark.Result lag, double idleShare) {
        @Override
        public String toString() {
            String idle = idleShare == 0
                    ? ""
                    : String.format("; idle, a site process takes %.1f %% of a core", 100 * idleShare);
            return lag + idle;
        }
    }

    private QuietBenchmark() {}

    static Result run(ReplicatedPair pair, int seconds) throws Exception {
        pair.startReplicating();
        LagBenchmark.Result lag = LagBenchmark.run(pair, LagBenchmark.Load.ONE_ROW, PER_SECOND, seconds);
        Duration before = pair.processorTime();
        Thread.sleep(Duration.ofSeconds(seconds).toMillis());
        Duration taken = pair.processorTime().minus(before);
        return new Result(lag, taken.toMillis() / 1_000.0 / seconds / SITES);
    }
}
