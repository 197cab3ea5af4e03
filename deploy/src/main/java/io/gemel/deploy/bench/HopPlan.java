package io.gemel.deploy.bench;

import io.gemel.deploy.bank.BankConfig;
import java.time.Duration;

/**
 * How long the hop is measured.
 *
 * @param warmUp load on each way before anything counts
 * @param lead how much of each run does not count, since connections are made then
 * @param greatest what counts of a run at full load
 * @param steady what counts of a run at a steady rate
 * @param rounds in each of which every way has its turn
 * @param connections of the load; as many as the VM works on at once, more would only queue
 * @param share of the greatest throughput straight to the VM that is sent at the steady rate
 */
record HopPlan(
        Duration warmUp, Duration lead, Duration greatest, Duration steady, int rounds, int connections, double share) {
    private static final double HALF = 0.5;
    private static final Duration LEAD = Duration.ofSeconds(1);

    static final HopPlan FULL = new HopPlan(
            Duration.ofSeconds(8), LEAD, Duration.ofSeconds(4), Duration.ofSeconds(8), 5, BankConfig.THREADS, HALF);

    static final HopPlan QUICK = new HopPlan(
            Duration.ofSeconds(4), LEAD, Duration.ofSeconds(2), Duration.ofSeconds(4), 3, BankConfig.THREADS, HALF);
}
