package io.gemel.router;

import java.time.Duration;

/** The times of a configuration with some of them changed. */
final class TestTimes {
    private TestTimes() {}

    static RouterTimes drainTimeout(RouterTimes usual, Duration drainTimeout) {
        return changed(usual, usual.requestTimeout(), usual.idleTimeout(), usual.durabilityTimeout(), drainTimeout);
    }

    /** Connections of clients on which nothing moves are closed soon, and requests have to be quicker. */
    static RouterTimes brief() {
        return changed(
                TestBench.TIMES,
                Duration.ofMillis(500),
                Duration.ofMillis(1200),
                Duration.ofMillis(500),
                TestBench.TIMES.drainTimeout());
    }

    private static RouterTimes changed(
            RouterTimes usual,
            Duration requestTimeout,
            Duration idleTimeout,
            Duration durabilityTimeout,
            Duration drainTimeout) {
        return new RouterTimes(
                requestTimeout,
                idleTimeout,
                usual.headerTimeout(),
                usual.bodyTimeout(),
                usual.connectTimeout(),
                usual.vmIdleTimeout(),
                usual.heartbeatInterval(),
                usual.heartbeatIntervalRemote(),
                usual.verdictAvoid(),
                usual.verdictResubmit(),
                usual.verdictSiteDown(),
                durabilityTimeout,
                usual.slowStart(),
                usual.lagMax(),
                usual.waitMax(),
                drainTimeout,
                usual.stopDelay());
    }
}
