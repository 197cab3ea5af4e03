package io.gemel.router;

import java.util.concurrent.atomic.AtomicInteger;

/** What the VMs of one group at one site have in hand and bear. Thread-safe. */
final class GroupLoad {
    private final AdaptiveLimit limit = new AdaptiveLimit();
    private final FailoverBulkhead lane = new FailoverBulkhead();
    private final AtomicInteger inFlight = new AtomicInteger();

    AdaptiveLimit limit() {
        return limit;
    }

    FailoverBulkhead lane() {
        return lane;
    }

    AtomicInteger inFlight() {
        return inFlight;
    }

    /** Whether they have as much as they bear. */
    boolean isFull() {
        return inFlight.get() >= limit.limit();
    }
}
