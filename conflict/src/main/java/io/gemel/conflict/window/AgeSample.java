package io.gemel.conflict.window;

import io.gemel.transaction.TransactionHeader;
import java.util.ArrayDeque;
import java.util.Deque;

/** A sample of the transactions in flight, enough to tell how old the oldest is. Not thread-safe: the window guards it. */
final class AgeSample {
    private static final long INTERVAL_MICROS = 100_000;

    private final Deque<TransactionHeader> sample = new ArrayDeque<>();

    void add(TransactionHeader header) {
        if (sample.isEmpty()
                || header.version().micros() - sample.getLast().version().micros() >= INTERVAL_MICROS) {
            sample.addLast(header);
        }
    }

    /** Version of about the oldest, microseconds since 1970, or 0. */
    long oldestMicros() {
        return sample.isEmpty() ? 0 : sample.getFirst().version().micros();
    }

    void prune(long acknowledged) {
        while (!sample.isEmpty() && sample.getFirst().position() <= acknowledged) {
            sample.removeFirst();
        }
    }

    void clear() {
        sample.clear();
    }
}
