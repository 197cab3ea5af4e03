package io.gemel.capture.log;

import java.time.Duration;

/**
 * Tells heartbeats that were read as soon as they were committed from those that waited, behind a long transaction for instance: only the
 * former say what the time is at the database. What the database's clock differs from this process's stays the same, so a heartbeat that came
 * later than the quickest lately has waited, and one that came much sooner shows that all before it had. Not safe for use by several threads.
 */
final class FreshBeats {
    /** A heartbeat that is this much later than another one has waited. */
    static final Duration LATE = Duration.ofMillis(500);

    /** How long the quickest heartbeat counts at least. After this a database's clock that was set back is accepted. */
    static final Duration SPAN = Duration.ofMinutes(2);

    private static final long NONE = Long.MAX_VALUE;

    private long spanNanos;
    private long spanBefore = NONE;
    private long span = NONE;

    /**
     * Takes the next heartbeat.
     *
     * @param commitMicros when it was committed, by the database's clock
     * @param nowNanos when it was read, by the clock that measures durations
     * @return whether it had not waited
     */
    boolean fresh(long commitMicros, long nowNanos) {
        long way = nowNanos / 1_000 - commitMicros;
        long quickest = Math.min(spanBefore, span);
        if (span == NONE) {
            spanNanos = nowNanos;
        } else if (nowNanos - spanNanos >= SPAN.toNanos()) {
            spanNanos = nowNanos;
            spanBefore = span;
            span = NONE;
        }
        span = Math.min(span, way);
        return quickest != NONE && Math.abs(way - quickest) < LATE.toNanos() / 1_000;
    }
}
