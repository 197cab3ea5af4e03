package io.gemel.router.decision;

/**
 * Token bucket for ordinary retries, so that they cannot sustain an overload: a fraction of recent requests plus a few
 * a second. Thread-safe.
 */
public final class RetryBudget {
    /** Of so many requests one may be retried. */
    static final int REQUESTS_PER_RETRY = 5;

    /** Retries a second that are allowed however few requests there are. */
    static final int RETRIES_PER_SECOND = 10;

    /** What is not used is forgotten after so long. */
    static final int WINDOW_SECONDS = 10;

    /** Requests of the window beyond this many do not add to the budget. */
    private static final double EARNED_MAX = 100_000;

    private double earned;
    private double given = RETRIES_PER_SECOND;
    private long lastMillis;

    RetryBudget(long nowMillis) {
        lastMillis = nowMillis;
    }

    /** A request was accepted. */
    public synchronized void request(long nowMillis) {
        refill(nowMillis);
        earned = Math.min(EARNED_MAX, earned + 1.0 / REQUESTS_PER_RETRY);
    }

    /** Whether a retry may be made now; if so it is counted. */
    synchronized boolean tryRetry(long nowMillis) {
        refill(nowMillis);
        if (given >= 1) {
            given--;
            return true;
        }
        if (earned >= 1) {
            earned--;
            return true;
        }
        return false;
    }

    private void refill(long nowMillis) {
        double seconds = Math.max(0, nowMillis - lastMillis) / 1000.0;
        lastMillis = Math.max(lastMillis, nowMillis);
        given = Math.min(RETRIES_PER_SECOND, given + seconds * RETRIES_PER_SECOND);
        earned *= Math.exp(-seconds / WINDOW_SECONDS);
    }
}
