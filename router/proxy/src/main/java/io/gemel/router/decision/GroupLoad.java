package io.gemel.router.decision;

import java.util.concurrent.atomic.AtomicInteger;

/** Requests in flight and capacity of the VMs of one group at one site. Thread-safe. */
public final class GroupLoad {
    private final AdaptiveLimit limit = new AdaptiveLimit();
    private final FailoverBulkhead failover = new FailoverBulkhead();
    private final AtomicInteger inFlight = new AtomicInteger();

    public AdaptiveLimit limit() {
        return limit;
    }

    FailoverBulkhead failover() {
        return failover;
    }

    public AtomicInteger inFlight() {
        return inFlight;
    }

    /** Whether they have as much as they bear. */
    boolean isFull() {
        return inFlight.get() >= limit.limit();
    }
}
