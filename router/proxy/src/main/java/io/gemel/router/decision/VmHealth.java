package io.gemel.router.decision;

/**
 * The router's verdict on one VM, from its heartbeats. Time is an argument, in milliseconds of the router's own time,
 * which does not advance while the router itself is paused. Confined to one thread.
 */
public final class VmHealth {
    private static final long NEVER = -1;

    /** A connection that breaks once may have been an idle one that was closed; so many in a row are a death. */
    static final int CUTS_MAX = 2;

    private long avoidMillis;
    private long deadMillis;
    private boolean apart;
    private Verdict verdict = Verdict.UNKNOWN;
    private long silentSince = NEVER;
    private boolean connected;
    private boolean diedOfSilence;
    private int cuts;

    /**
     * @param avoidMillis silence after which it is avoided
     * @param deadMillis silence after which it is dead, or silent
     * @param apart whether its heartbeats wait behind no request: then its silence is its death, whatever its connections say
     */
    public VmHealth(long avoidMillis, long deadMillis, boolean apart) {
        judgeBy(avoidMillis, deadMillis, apart);
    }

    /** Other bounds from now on. */
    public void judgeBy(long avoidMillis, long deadMillis, boolean apart) {
        this.avoidMillis = avoidMillis;
        this.deadMillis = deadMillis;
        this.apart = apart;
    }

    /** Verdict on a VM. */
    public enum Verdict {
        /** Not heard since the router started. */
        UNKNOWN,
        ALIVE,
        /** Reversible: the next answer makes it alive. */
        AVOID,
        /** Silent for long, while connections to it can be opened: it may be busy. It gets nothing, and what it has in hand goes on. */
        SILENT,
        DEAD
    }

    public Verdict verdict() {
        return verdict;
    }

    /** Since when it has not answered; -1 while it has. */
    public long silentSince() {
        return silentSince;
    }

    /** A heartbeat was sent to it. */
    public void asked(long nowMillis) {
        if (silentSince == NEVER) {
            silentSince = nowMillis;
        }
    }

    /** It answered a heartbeat. */
    public void heard() {
        silentSince = NEVER;
        connected = false;
        diedOfSilence = false;
        cuts = 0;
        verdict = Verdict.ALIVE;
    }

    /** A connection to it was opened while it is silent. */
    public void connected() {
        connected = silentSince != NEVER;
    }

    /** Nobody listens at its address, or its machine is gone. */
    public void refused() {
        diedOfSilence = false;
        verdict = Verdict.DEAD;
    }

    /** A heartbeat's connection broke. At the first time the heartbeat is to be repeated at once. */
    public void cut() {
        cuts++;
        if (cuts >= CUTS_MAX) {
            verdict = Verdict.DEAD;
        }
    }

    /** Something else went wrong with it: a request's connection broke, or a VM of the same host died. */
    public void suspect() {
        if (verdict == Verdict.ALIVE) {
            verdict = Verdict.AVOID;
        }
    }

    /**
     * Time passes.
     *
     * @param mayDie whether silence may be a death now
     */
    public void tick(long nowMillis, boolean mayDie) {
        if (silentSince == NEVER || verdict == Verdict.DEAD) {
            return;
        }
        if (nowMillis - silentSince >= deadMillis) {
            diedOfSilence = mayDie && (apart || !connected);
            verdict = diedOfSilence ? Verdict.DEAD : Verdict.SILENT;
        } else if (isSilent(nowMillis) && verdict == Verdict.ALIVE) {
            verdict = Verdict.AVOID;
        }
    }

    /** Whether it is to be asked in another way if it still takes connections. */
    public boolean isSilent(long nowMillis) {
        return silentSince != NEVER && nowMillis - silentSince >= avoidMillis;
    }

    /** Whether nothing but silence tells that it is dead. */
    public boolean diedOfSilence() {
        return diedOfSilence;
    }
}
