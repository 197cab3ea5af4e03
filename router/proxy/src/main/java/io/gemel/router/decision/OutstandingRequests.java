package io.gemel.router.decision;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one VM has in hand from this router: requests, answers that it is still making, and connections that were upgraded. Thread-safe.
 */
public final class OutstandingRequests {
    /** Instead of a time: there is none. */
    private static final long NOTHING = -1;

    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger changing = new AtomicInteger();
    private final AtomicLong leftMillis = new AtomicLong(NOTHING);
    private final AtomicInteger upgraded = new AtomicInteger();
    private final AtomicInteger streams = new AtomicInteger();

    /**
     * The VM gets one.
     *
     * @param changes whether it may change something
     */
    public void began(boolean changes) {
        inFlight.incrementAndGet();
        if (changes) {
            changing.incrementAndGet();
        }
    }

    /** It has answered one. */
    void ended(boolean changes) {
        inFlight.decrementAndGet();
        if (changes) {
            changing.decrementAndGet();
        }
    }

    /**
     * One is waited for no longer, and it may still work on it: a heartbeat tells when it does not.
     *
     * @param nowMillis the router's own time
     */
    void leftBehind(boolean changes, long nowMillis) {
        if (changes) {
            leftMillis.accumulateAndGet(nowMillis, Math::max);
        }
        ended(changes);
    }

    /** A heartbeat that was sent then was answered with so many requests in flight at the VM. */
    void heard(long sentMillis, int inFlightThere) {
        long left = leftMillis.get();
        if (sentMillis > left && inFlightThere == 0) {
            leftMillis.compareAndSet(left, NOTHING);
        }
    }

    /** Whether it works on something that changes data, answered or not, as far as its last heartbeat tells. */
    public boolean hasWork() {
        return changing.get() > 0 || leftMillis.get() >= 0;
    }

    int inFlight() {
        return inFlight.get();
    }

    /** Connections of clients that it speaks another protocol with come or go. */
    public void upgraded(int more) {
        upgraded.addAndGet(more);
    }

    /** Answers that are passed on as it makes them begin or end. */
    public void streams(int more) {
        streams.addAndGet(more);
    }

    /** Requests that it has, those among them whose answer has begun, which take no room from others. */
    public int requests() {
        return inFlight.get() + streams.get();
    }

    /** Requests that it has, and connections that were upgraded, which take no room from requests: what a drain waits for. */
    public int inHand() {
        return requests() + upgraded.get();
    }

    public int upgraded() {
        return upgraded.get();
    }
}
