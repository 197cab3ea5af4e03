package io.gemel.router;

import io.gemel.router.api.RouterTimes;
import java.time.Duration;
import java.util.function.Consumer;

/** The times of a configuration, some of which a test changes. */
public final class TestTimes {
    public Duration requestTimeout;
    Duration idleTimeout;
    Duration headerTimeout;
    Duration bodyTimeout;
    Duration connectTimeout;
    Duration vmIdleTimeout;
    Duration heartbeatInterval;
    Duration heartbeatIntervalRemote;
    public Duration verdictAvoid;
    Duration verdictResubmit;
    Duration verdictSiteDown;
    Duration durabilityTimeout;
    Duration slowStart;
    Duration lagMax;
    Duration waitMax;
    Duration drainTimeout;
    Duration stopDelay;

    private TestTimes(RouterTimes usual) {
        requestTimeout = usual.requestTimeout();
        idleTimeout = usual.idleTimeout();
        headerTimeout = usual.headerTimeout();
        bodyTimeout = usual.bodyTimeout();
        connectTimeout = usual.connectTimeout();
        vmIdleTimeout = usual.vmIdleTimeout();
        heartbeatInterval = usual.heartbeatInterval();
        heartbeatIntervalRemote = usual.heartbeatIntervalRemote();
        verdictAvoid = usual.verdictAvoid();
        verdictResubmit = usual.verdictResubmit();
        verdictSiteDown = usual.verdictSiteDown();
        durabilityTimeout = usual.durabilityTimeout();
        slowStart = usual.slowStart();
        lagMax = usual.lagMax();
        waitMax = usual.waitMax();
        drainTimeout = usual.drainTimeout();
        stopDelay = usual.stopDelay();
    }

    public static RouterTimes changed(RouterTimes usual, Consumer<TestTimes> change) {
        TestTimes times = new TestTimes(usual);
        change.accept(times);
        return new RouterTimes(
                times.requestTimeout,
                times.idleTimeout,
                times.headerTimeout,
                times.bodyTimeout,
                times.connectTimeout,
                times.vmIdleTimeout,
                times.heartbeatInterval,
                times.heartbeatIntervalRemote,
                times.verdictAvoid,
                times.verdictResubmit,
                times.verdictSiteDown,
                times.durabilityTimeout,
                times.slowStart,
                times.lagMax,
                times.waitMax,
                times.drainTimeout,
                times.stopDelay);
    }

    /** Connections of clients on which nothing moves are closed soon, and requests have to be quicker. */
    public static RouterTimes brief() {
        return changed(TestBench.TIMES, times -> {
            times.requestTimeout = Duration.ofMillis(500);
            times.durabilityTimeout = Duration.ofMillis(500);
            times.idleTimeout = Duration.ofMillis(1200);
        });
    }
}
