package io.gemel.deploy.faults;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What the applications of both sites were told about each of their transactions. Thread-safe. */
final class History {
    /** The answer to a transaction. */
    enum Outcome {
        /** The commit was acknowledged: it must be at both sites for ever. */
        ACKNOWLEDGED,
        /** The connection was lost during the commit: it is at both sites or at neither. */
        IN_DOUBT,
        /** It failed before the commit: it must be nowhere. */
        FAILED
    }

    private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();

    /** An id for a new transaction; its first letter is its site's. */
    String nextId(String writer) {
        return writer + "-" + ids.incrementAndGet();
    }

    void record(String id, Outcome outcome) {
        outcomes.put(id, outcome);
    }

    Map<String, Outcome> outcomes() {
        return Map.copyOf(outcomes);
    }
}
