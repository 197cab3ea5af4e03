package io.gemel.router;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The ledger and the effects of one pretended site: what its database would hold. Thread-safe. */
public final class TestLedger {
    record Entry(String fingerprint, int status, String outcome, String body) {}

    private final Map<String, Entry> entries = new HashMap<>();
    private final List<String> effects = new ArrayList<>();

    /** Whether it has the customer for whom everything is done. */
    volatile boolean customerKnown = true;

    /** Runs a key once; the stored answer, marked as replayed, when it has run before. */
    synchronized Entry submit(String key, String fingerprint, int status, String outcome, String body) {
        Entry stored = entries.get(key);
        if (stored != null && !stored.outcome().equals("declined")) {
            if (!stored.fingerprint().equals(fingerprint)) {
                return new Entry(fingerprint, 422, "rejected", "another request");
            }
            String again = stored.outcome().equals("executed") ? "replayed" : stored.outcome();
            return new Entry(fingerprint, stored.status(), again, stored.body());
        }
        Entry entry = new Entry(fingerprint, status, outcome, body);
        entries.put(key, entry);
        if (outcome.equals("executed")) {
            effects.add(key);
        }
        return entry;
    }

    synchronized String outcome(String key, boolean fence) {
        Entry stored = entries.get(key);
        if (stored == null && fence) {
            entries.put(key, new Entry("", 409, "fenced", "fenced"));
            return "fenced";
        }
        return stored == null ? "unknown" : stored.outcome();
    }

    public synchronized long effectsOf(String key) {
        return effects.stream().filter(key::equals).count();
    }

    synchronized int effects() {
        return effects.size();
    }

    /** What replication brings. */
    synchronized void copyFrom(TestLedger other) {
        synchronized (other) {
            other.entries.forEach(entries::putIfAbsent);
        }
    }
}
