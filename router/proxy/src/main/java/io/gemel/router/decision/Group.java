package io.gemel.router.decision;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * State that the requests of one group of VMs share at this router: each application has its own queue, its own retry
 * budget and its own share of the requests in flight. Thread-safe.
 */
public final class Group {
    private final String name;
    private final RequestQueues queues;
    private final RetryBudget budget;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong bodyBytes = new AtomicLong();

    Group(String name, RequestQueues queues, RetryBudget budget) {
        this.name = name;
        this.queues = queues;
        this.budget = budget;
    }

    /** {@link VmState#ANY_GROUP} of the requests that go to any. */
    public String name() {
        return name;
    }

    public RequestQueues queues() {
        return queues;
    }

    public RetryBudget budget() {
        return budget;
    }

    /** Requests accepted and not answered. */
    public AtomicInteger inFlight() {
        return inFlight;
    }

    /** Bytes of their bodies that are kept. */
    public AtomicLong bodyBytes() {
        return bodyBytes;
    }

    /** Those among them that are sent nowhere at the moment. */
    public AtomicInteger waiting() {
        return waiting;
    }
}
