package io.gemel.router.decision;

/**
 * The router's own time, in milliseconds: it does not advance while the router is paused, for instance in a long
 * garbage collection, so that the router's own pause is not mistaken for silence of others. One thread moves it; any
 * may read it.
 */
public final class PauseAwareClock {
    /** A longer step than this was a pause of the router itself. */
    static final long STEP_MAX_MILLIS = 100;

    private final long startNanos;
    private long lastMillis;
    private long countedMillis;
    private volatile long awakeMillis;

    public PauseAwareClock(long nowNanos) {
        startNanos = nowNanos;
    }

    /** Moves it on, and tells by how much. */
    public long tick(long nowNanos) {
        long millis = (nowNanos - startNanos) / 1_000_000;
        long step = Math.min(STEP_MAX_MILLIS, Math.max(0, millis - lastMillis));
        lastMillis = millis;
        countedMillis += step;
        awakeMillis = countedMillis;
        return step;
    }

    public long millis() {
        return awakeMillis;
    }
}
