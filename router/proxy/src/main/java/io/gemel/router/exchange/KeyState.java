package io.gemel.router.exchange;

import io.gemel.router.client.Submission;
import io.gemel.router.decision.RecentKeys;
import io.vertx.core.MultiMap;
import org.jspecify.annotations.Nullable;

/** One submission's part of the memory of keys. Confined to one event loop. */
final class KeyState {
    private final RecentKeys memory;
    private final @Nullable String key;
    private final RecentKeys.@Nullable Trace earlier;
    private final int earlierDeaths;
    private long attempt;
    private long first;
    private RecentKeys.@Nullable Trace written;

    /** @param nowMillis the router's own time */
    KeyState(RecentKeys memory, Submission submission, long nowMillis) {
        this.memory = memory;
        key = submission.key();
        // Nobody can have seen a key that the router made just now.
        earlier = key != null && submission.keyGiven() ? memory.find(key) : null;
        earlierDeaths = earlier == null ? 0 : earlier.deaths(nowMillis);
        attempt = earlier == null ? 0 : earlier.attempt();
    }

    /** The site where an earlier request with the key may have run; null when none is known. */
    @Nullable
    String earlierSite() {
        return earlier == null ? null : earlier.site();
    }

    /** Events in which VMs died while they had an earlier request with the key. */
    int earlierDeaths() {
        return earlierDeaths;
    }

    /**
     * Adds what a VM needs to claim the key to the headers of the attempt that begins now; nothing without a key.
     *
     * @param nowMillis since 1970: the attempt's number, which is greater than those of all earlier ones
     * @param leftMillis until the request's deadline
     */
    void claim(MultiMap headers, @Nullable String fingerprint, long nowMillis, long leftMillis) {
        if (key == null) {
            return;
        }
        attempt = Math.max(nowMillis, attempt + 1);
        if (first == 0) {
            first = attempt;
        }
        VmHeaders.claim(headers, key, attempt, first, nowMillis + leftMillis, fingerprint);
    }

    /** What was declined so far does not stand in the way of the attempts to come. */
    void beginAnew() {
        first = 0;
    }

    /** Lets the client's repetition be asked where this one may have run. */
    void remember(String site, int deaths, long nowMillis) {
        if (key != null) {
            long died = earlier != null && deaths == earlierDeaths ? earlier.diedMillis() : nowMillis;
            written = new RecentKeys.Trace(site, deaths, died, attempt);
            memory.remember(key, written);
        }
    }

    /** Takes back what this submission had remembered. */
    void forget() {
        if (key != null && written != null) {
            memory.forget(key, written);
        }
    }
}
