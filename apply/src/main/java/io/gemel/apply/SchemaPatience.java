package io.gemel.apply;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long the applier waits for the other site's schema change to be made here, too, before it parks what needs it: a
 * new label of an enum, a partition. Each such condition is waited for once; while it lasts, what comes later is parked
 * at once. Applying thread only.
 */
final class SchemaPatience {
    /** Tries, {@code halt.retry.interval} apart, before a transaction is parked for want of something in the schema. */
    static final int TRIES_MAX = 6;

    /** Conditions that are remembered; of more, the oldest is waited for again. */
    static final int CONDITIONS_MAX = 1_000;

    private final Map<String, Integer> tries = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > CONDITIONS_MAX;
        }
    };

    /**
     * Counts a try that failed.
     *
     * @param condition what the database said
     * @return whether to wait and try again
     */
    boolean isWorthAnother(String condition) {
        return tries.merge(condition, 1, Integer::sum) < TRIES_MAX;
    }
}
