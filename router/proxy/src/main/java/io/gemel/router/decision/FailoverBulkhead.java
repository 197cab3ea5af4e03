package io.gemel.router.decision;

/**
 * Paces resubmissions to one site, so that saving the work of the dead does not bring down the living: at most a part of what the
 * site bears at once. They go before new requests, which keep to what is left. Thread-safe.
 */
final class FailoverBulkhead {
    /** Resubmissions that may be in flight whatever the limit is. */
    static final int LEAST = 8;

    /** The part of the site's limit that they may take. */
    static final double PART = 0.5;

    private int inFlight;

    /** Whether one more may be sent; if so it counts until {@link #leave}. */
    synchronized boolean tryEnter(int siteLimit) {
        if (inFlight >= Math.max(LEAST, (int) (siteLimit * PART))) {
            return false;
        }
        inFlight++;
        return true;
    }

    synchronized void leave() {
        inFlight--;
    }

    synchronized int inFlight() {
        return inFlight;
    }
}
