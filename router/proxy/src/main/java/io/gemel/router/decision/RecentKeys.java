package io.gemel.router.decision;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where requests with a key were sent last, and how many VMs died over them, so that a client's repetition goes to the database
 * that knows. It forgets the oldest; the ledgers then still decide. Thread-safe.
 */
public final class RecentKeys {
    /** Keys that are remembered at least, if so many there were. */
    public static final int KEYS_MAX = 50_000;

    /**
     * What is known of a key.
     *
     * @param site where it may have run
     * @param deaths events in which VMs died while they had it
     * @param diedMillis when the last of them was noticed, in the router's own time
     * @param attempt number of the last attempt: those that follow have greater ones, whatever the clock does
     */
    public record Trace(String site, int deaths, long diedMillis, long attempt) {
        /** Deaths that still count. */
        public int deaths(long nowMillis) {
            return nowMillis - diedMillis < ResubmissionPolicy.QUARANTINE_MILLIS ? deaths : 0;
        }
    }

    private final int keysMax;
    private volatile ConcurrentHashMap<String, Trace> young = new ConcurrentHashMap<>();
    private volatile ConcurrentHashMap<String, Trace> old = new ConcurrentHashMap<>();

    public RecentKeys(int keysMax) {
        this.keysMax = keysMax;
    }

    /** Null for a key that is not remembered. */
    @Nullable
    public Trace find(String key) {
        Trace trace = young.get(key);
        return trace == null ? old.get(key) : trace;
    }

    public void remember(String key, Trace trace) {
        young.put(key, trace);
        if (young.size() > keysMax) {
            turn();
        }
    }

    /** Takes back what was remembered, unless somebody has remembered something else since. */
    public void forget(String key, Trace trace) {
        young.remove(key, trace);
        old.remove(key, trace);
    }

    /** Every key that is in quarantine now. */
    public Map<String, Trace> quarantined(long nowMillis) {
        Map<String, Trace> found = new TreeMap<>(old);
        found.putAll(young);
        found.values().removeIf(trace -> trace.deaths(nowMillis) < ResubmissionPolicy.DEATHS_MAX);
        return found;
    }

    /** Ends a key's quarantine, and keeps where it may have run; false when it was in none. */
    public boolean release(String key, long nowMillis) {
        Trace trace = find(key);
        if (trace == null || trace.deaths(nowMillis) < ResubmissionPolicy.DEATHS_MAX) {
            return false;
        }
        remember(key, new Trace(trace.site(), 0, trace.diedMillis(), trace.attempt()));
        return true;
    }

    private synchronized void turn() {
        if (young.size() > keysMax) {
            old = young;
            young = new ConcurrentHashMap<>();
        }
    }
}
