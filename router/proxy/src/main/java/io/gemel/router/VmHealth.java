package io.gemel.router;

/**
 * The router's verdict on one VM, from its heartbeats. Time is handed in, in milliseconds of the router's own time, which stands
 * still while the router itself does not run. Confined to one thread.
 */
final class VmHealth {
    private static final long NEVER = -1;

    /** A connection that breaks once may have been an idle one that was closed; so many in a row are a death. */
    static final int CUTS_MAX = 2;

    private final long avoidMillis;
    private final long deadMillis;
    private Verdict verdict = Verdict.UNKNOWN;
    private long silentSince = NEVER;
    private int cuts;

    /**
     * @param avoidMillis silence after which it is avoided
     * @param deadMillis silence after which it is dead
     */
    VmHealth(long avoidMillis, long deadMillis) {
        this.avoidMillis = avoidMillis;
        this.deadMillis = deadMillis;
    }

    /** What is thought of a VM. */
    enum Verdict {
        /** Not heard since the router started. */
        UNKNOWN,
        ALIVE,
        /** Reversible: the next answer makes it alive. */
        AVOID,
        DEAD
    }

    Verdict verdict() {
        return verdict;
    }

    /** Since when it has not answered; -1 while it has. */
    long silentSince() {
        return silentSince;
    }

    /** A heartbeat was sent to it. */
    void asked(long nowMillis) {
        if (silentSince == NEVER) {
            silentSince = nowMillis;
        }
    }

    /** It answered a heartbeat. */
    void heard() {
        silentSince = NEVER;
        cuts = 0;
        verdict = Verdict.ALIVE;
    }

    /** Nobody listens at its address. */
    void refused() {
        verdict = Verdict.DEAD;
    }

    /** A heartbeat's connection broke. At the first time the heartbeat is to be repeated at once. */
    void cut() {
        cuts++;
        if (cuts >= CUTS_MAX) {
            verdict = Verdict.DEAD;
        }
    }

    /** Something else went wrong with it: a request's connection broke, or a VM of the same host died. */
    void suspect() {
        if (verdict == Verdict.ALIVE) {
            verdict = Verdict.AVOID;
        }
    }

    /** Time passes. */
    void tick(long nowMillis) {
        if (silentSince == NEVER) {
            return;
        }
        long silent = nowMillis - silentSince;
        if (silent >= deadMillis) {
            verdict = Verdict.DEAD;
        } else if (silent >= avoidMillis && verdict == Verdict.ALIVE) {
            verdict = Verdict.AVOID;
        }
    }
}
