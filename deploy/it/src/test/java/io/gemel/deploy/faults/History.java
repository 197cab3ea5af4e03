package io.gemel.deploy.faults;

import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What the applications of both sites were told about each of their transactions. Thread-safe. */
final class History {
    private static final int SUBMISSIONS_UNDER_WAY = 3;

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
    private final Set<String> submissions = ConcurrentHashMap.newKeySet();
    private final AtomicLong ids = new AtomicLong();
    private final AtomicLong keys = new AtomicLong();

    /** An id for a new transaction; its first letter is its site's. */
    String nextId(String writer) {
        return writer + "-" + ids.incrementAndGet();
    }

    void record(String id, Outcome outcome) {
        outcomes.put(id, outcome);
    }

    /** The key of a new submission or of one that may be under way, at either site. */
    String submissionKey(Random random) {
        return "s" + (keys.getAndAdd(random.nextInt(2)) - random.nextInt(SUBMISSIONS_UNDER_WAY));
    }

    /** A submission was carried out and that was acknowledged, whatever became of this attempt later. */
    void recordSubmission(String key) {
        submissions.add(key);
    }

    Set<String> submissions() {
        return Set.copyOf(submissions);
    }

    Map<String, Outcome> outcomes() {
        return Map.copyOf(outcomes);
    }
}
