package io.gemel.router.decision;

/**
 * Adaptive concurrency limit of a site, learnt from latencies: it grows while latencies are stable and shrinks when
 * they rise. Thread-safe.
 */
public final class AdaptiveLimit {
    static final int LEAST = 16;
    static final int FIRST = 256;
    static final int MOST = 16_384;

    /** Answers after which the limit is looked at again. */
    static final int SAMPLES = 100;

    /** The latency may be so many times the usual one before the limit shrinks. */
    static final double TOLERANCE = 2.0;

    /** Latencies below this, milliseconds, are never a sign of overload. */
    static final double CALM_MILLIS = 20;

    /** How fast the usual latency follows the present one. */
    private static final double USUAL_WEIGHT = 0.05;

    /** How fast the limit follows its aim. */
    private static final double SMOOTHING = 0.2;

    private static final double DROP_FACTOR = 0.9;

    private double limit = FIRST;
    private double usualMillis;
    private double sumMillis;
    private int samples;
    private int inFlightMost;

    public synchronized int limit() {
        return (int) limit;
    }

    /**
     * A request was answered.
     *
     * @param inFlight requests the site had at that time
     */
    synchronized void answered(double millis, int inFlight) {
        sumMillis += millis;
        samples++;
        inFlightMost = Math.max(inFlightMost, inFlight);
        if (samples >= SAMPLES) {
            adapt(sumMillis / samples);
            sumMillis = 0;
            samples = 0;
            inFlightMost = 0;
        }
    }

    /** A request found no database connection, or came too late: the site has more than it bears. */
    synchronized void overloaded() {
        limit = Math.max(LEAST, limit * DROP_FACTOR);
    }

    /** The other site is gone: what was usual no longer is. */
    synchronized void forget() {
        usualMillis = 0;
    }

    private void adapt(double millis) {
        if (usualMillis == 0) {
            usualMillis = millis;
        }
        double bearable = Math.max(CALM_MILLIS, TOLERANCE * usualMillis);
        double gradient = Math.max(0.5, Math.min(1.0, bearable / Math.max(millis, 0.001)));
        usualMillis += (millis - usualMillis) * USUAL_WEIGHT;
        double room = Math.sqrt(limit);
        double aim = limit * gradient + room;
        if (aim > limit && inFlightMost < limit / 2) {
            return;
        }
        limit = Math.max(LEAST, Math.min(MOST, limit + (aim - limit) * SMOOTHING));
    }
}
