package io.gemel.router;

import io.gemel.router.api.RouterLimits;
import java.util.function.Consumer;

/** The limits of a configuration, some of which a test changes. */
public final class TestLimits {
    public int bodyMax;
    long bodiesMax;
    int headersMax;
    int lineMax;
    int requestsMax;
    public int connectionsMax;
    int vmConnectionsMax;
    int vmRequestsMax;
    int vmHeadersMax;
    int attemptsMax;
    int threads;

    private TestLimits(RouterLimits usual) {
        bodyMax = usual.bodyMax();
        bodiesMax = usual.bodiesMax();
        headersMax = usual.headersMax();
        lineMax = usual.lineMax();
        requestsMax = usual.requestsMax();
        connectionsMax = usual.connectionsMax();
        vmConnectionsMax = usual.vmConnectionsMax();
        vmRequestsMax = usual.vmRequestsMax();
        vmHeadersMax = usual.vmHeadersMax();
        attemptsMax = usual.attemptsMax();
        threads = usual.threads();
    }

    public static RouterLimits changed(RouterLimits usual, Consumer<TestLimits> change) {
        TestLimits limits = new TestLimits(usual);
        change.accept(limits);
        return new RouterLimits(
                limits.bodyMax,
                limits.bodiesMax,
                limits.headersMax,
                limits.lineMax,
                limits.requestsMax,
                limits.connectionsMax,
                limits.vmConnectionsMax,
                limits.vmRequestsMax,
                limits.vmHeadersMax,
                limits.attemptsMax,
                limits.threads);
    }

    /** The default limits, but that a VM gets one request at once. */
    public static RouterLimits oneRequestEach(int threads) {
        return changed(RouterLimits.defaults(), limits -> {
            limits.vmRequestsMax = 1;
            limits.threads = threads;
        });
    }

    /** The same limits but for those of clients' requests. */
    public static RouterLimits ofRequests(RouterLimits usual, int bodyMax, int headersMax, int requestsMax) {
        return changed(usual, limits -> {
            limits.bodyMax = bodyMax;
            limits.headersMax = headersMax;
            limits.requestsMax = requestsMax;
        });
    }
}
