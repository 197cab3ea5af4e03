package io.gemel.apply.log;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/**
 * When the last record of the peer arrived, and how far its clock is ahead. An idle peer writes a heartbeat every
 * second. Written by the applying thread; readable from any thread.
 *
 * <p>A heartbeat's time is reduced by its transit, and a record that was read late is useless for the clock. So only
 * heartbeats count that arrived while this site waited for them, and the greatest of the last {@link #SKEW_SPAN} or two
 * is used.
 */
public final class PeerPulse {
    /** After this long without any record something is missing. */
    public static final Duration SILENCE = Duration.ofSeconds(3);

    /** How long a sample of the peer's clock holds at least. */
    static final Duration SKEW_SPAN = Duration.ofSeconds(10);

    /** Two polls further apart than this did not wait in between: what the later one brings may be old. */
    private static final Duration POLLS_APART_MAX = Duration.ofMillis(500);

    private static final long NO_SAMPLE = Long.MIN_VALUE;

    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private boolean polledNone;
    private boolean live;
    private long polledNanos;
    private long spanNanos;
    private long spanBefore = NO_SAMPLE;
    private long span = NO_SAMPLE;
    private long heardNanos;
    private long silentNanos;
    private boolean connecting;
    private long connectingNanos;

    /**
     * Starts as if the peer had just been received.
     *
     * @param clock this machine's
     * @param nanoTime measures durations
     */
    public PeerPulse(InstantSource clock, LongSupplier nanoTime) {
        this.clock = clock;
        this.nanoTime = nanoTime;
        heardNanos = nanoTime.getAsLong();
        polledNanos = heardNanos;
        spanNanos = heardNanos;
    }

    /** Begins to look for the log; until {@link #connected} that counts as silence. */
    public synchronized void connecting() {
        if (!connecting) {
            connecting = true;
            connectingNanos = nanoTime.getAsLong();
        }
    }

    /** The log can be read. */
    public synchronized void connected() {
        connecting = false;
    }

    /**
     * Asked the log for more and got an answer.
     *
     * @param begun when it was asked, by the clock that measures durations
     * @param records how many came
     */
    synchronized void polled(long begun, int records) {
        long now = nanoTime.getAsLong();
        live = polledNone && begun - polledNanos < POLLS_APART_MAX.toNanos() && silentNanos < SILENCE.toNanos();
        polledNone = records == 0;
        polledNanos = now;
        if (records == 0) {
            silentNanos += now - begun;
        } else {
            silentNanos = 0;
            heardNanos = now;
        }
    }

    /** A heartbeat that came with the last poll says what the time is at the peer, microseconds since 1970. */
    synchronized void beat(long peerMicros) {
        if (live) {
            sample(peerMicros - ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()));
        }
    }

    /** A version cannot be ahead of the clock that it was made with, however late it is read. */
    public synchronized void atLeastAhead(long micros) {
        sample(micros);
    }

    private void sample(long micros) {
        long now = nanoTime.getAsLong();
        if (now - spanNanos >= SKEW_SPAN.toNanos()) {
            spanNanos = now;
            spanBefore = span;
            span = NO_SAMPLE;
        }
        span = Math.max(span, micros);
    }

    /** How far the peer's clock is ahead of this machine's, milliseconds; negative when behind, 0 before it is known. */
    public synchronized long skewMillis() {
        long greatest = Math.max(spanBefore, span);
        return greatest == NO_SAMPLE ? 0 : Math.floorDiv(greatest + 500, 1000);
    }

    /**
     * For how long the log has been polled, or searched, without success; time that this site spends on other work does
     * not count.
     */
    synchronized Duration silence() {
        long looking = connecting ? nanoTime.getAsLong() - connectingNanos : 0;
        return Duration.ofNanos(silentNanos + looking);
    }

    /** Time since the newest record was received, milliseconds. */
    public synchronized long heardMillis() {
        return Duration.ofNanos(nanoTime.getAsLong() - heardNanos).toMillis();
    }

    /** Age of the newest record when some are missing, milliseconds; 0 when none is. */
    public synchronized long missingMillis() {
        return silence().compareTo(SILENCE) < 0 ? 0 : heardMillis();
    }
}
