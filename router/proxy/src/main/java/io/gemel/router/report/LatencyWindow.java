package io.gemel.router.report;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Rolling latency histogram for quantiles, in buckets that grow by an eighth. Two buffers rotate, so that a report
 * covers the last one to two periods. Thread-safe; recording takes no lock.
 */
public final class LatencyWindow {
    /** Between two turns. */
    static final long TURN_MILLIS = 30_000;

    private static final int STEPS_BITS = 3;
    private static final int BUCKETS = 40 << STEPS_BITS;

    private final AtomicLongArray[] halves = {new AtomicLongArray(BUCKETS), new AtomicLongArray(BUCKETS)};
    private volatile int current;
    private volatile long turnedMillis;

    public void record(long micros) {
        halves[current].incrementAndGet(bucket(Math.max(1, micros)));
    }

    /** Lets the halves change places when it is time. Call from one thread. */
    public void tick(long nowMillis) {
        if (nowMillis - turnedMillis < TURN_MILLIS) {
            return;
        }
        turnedMillis = nowMillis;
        int next = 1 - current;
        for (int i = 0; i < BUCKETS; i++) {
            halves[next].set(i, 0);
        }
        current = next;
    }

    /** Upper bound of the bucket that holds the quantile, milliseconds; 0 when nothing was recorded. */
    public double quantileMillis(double quantile) {
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) {
            total += halves[0].get(i) + halves[1].get(i);
        }
        if (total == 0) {
            return 0;
        }
        long wanted = (long) Math.ceil(total * quantile);
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += halves[0].get(i) + halves[1].get(i);
            if (seen >= wanted) {
                return upperMicros(i) / 1000.0;
            }
        }
        return upperMicros(BUCKETS - 1) / 1000.0;
    }

    /** The octave of the number, and the bits below its highest one. */
    static int bucket(long micros) {
        int octave = 63 - Long.numberOfLeadingZeros(micros);
        int step = octave >= STEPS_BITS
                ? (int) (micros >>> (octave - STEPS_BITS)) & ((1 << STEPS_BITS) - 1)
                : (int) (micros << (STEPS_BITS - octave)) & ((1 << STEPS_BITS) - 1);
        return Math.min(BUCKETS - 1, (octave << STEPS_BITS) + step);
    }

    static double upperMicros(int bucket) {
        int octave = bucket >>> STEPS_BITS;
        int step = bucket & ((1 << STEPS_BITS) - 1);
        return Math.scalb(1.0 + (step + 1.0) / (1 << STEPS_BITS), octave);
    }
}
