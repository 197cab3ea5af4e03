package io.gemel.router.client;

import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.http.TlsOptions;
import io.gemel.router.report.RouterCounters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts failed handshakes of clients and logs why, once a minute at most: anyone can make one fail. Confined to one
 * event loop.
 */
public final class HandshakeFailures {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeFailures.class);

    static final long PAUSE_MILLIS = 60_000;

    private final RouterCounters counters;
    private final PauseAwareClock awake;
    private long nextMillis;
    private long unsaid;

    public HandshakeFailures(RouterCounters counters, PauseAwareClock awake) {
        this.counters = counters;
        this.awake = awake;
    }

    /** Something went wrong with a client's connection; what has nothing to do with TLS is told elsewhere. */
    public void failed(Throwable why) {
        if (!TlsOptions.isOfTls(why)) {
            return;
        }
        counters.handshakesFailed.increment();
        unsaid++;
        long now = awake.millis();
        if (now >= nextMillis) {
            LOG.warn("TLS handshakes of clients fail, {} since the last report: {}", unsaid, TlsOptions.reason(why));
            nextMillis = now + PAUSE_MILLIS;
            unsaid = 0;
        }
    }
}
