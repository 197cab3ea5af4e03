package io.gemel.deploy.bench;

import io.gemel.deploy.bank.BankConfig;
import java.time.Duration;

/**
 * How long the hop is measured.
 *
 * @param warmUp load on each way before anything counts, but for those of HAProxy, which has nothing to warm up
 * @param lead how much of each run does not count, since it follows on connections being made
 * @param greatest what counts of a run at full load
 * @param steady what counts of a run at a steady rate
 * @param rounds in each of which every way has its turn
 * @param connections of the load; as many as the VM works on at once, more would only queue
 * @param share of the greatest throughput straight to the VM that is sent at a steady rate
 */
record HopPlan(
        Duration warmUp, Duration lead, Duration greatest, Duration steady, int rounds, int connections, double share) {
    private static final double QUARTER = 0.25;

    private static final Duration LEAD = Duration.ofSeconds(1);

    static final HopPlan FULL = new HopPlan(
            Duration.ofSeconds(40), LEAD, Duration.ofSeconds(4), Duration.ofSeconds(6), 5, BankConfig.THREADS, QUARTER);

    static final HopPlan QUICK = new HopPlan(
            Duration.ofSeconds(15), LEAD, Duration.ofSeconds(2), Duration.ofSeconds(3), 3, BankConfig.THREADS, QUARTER);
}
