package io.gemel.router.decision;

import io.gemel.router.api.RouterReport.SiteState;

/**
 * The router's verdict on one site, from its VMs and its process. Time is an argument as in {@link VmHealth}. Confined
 * to one thread.
 */
public final class SiteHealth {
    private static final long NEVER = -1;

    private long downMillis;
    private SiteState state = SiteState.UP;
    private long vmsGoneSince = NEVER;
    private long databaseGoneSince = NEVER;
    private long databaseUpMillis = NEVER;
    private boolean operatorSaysDown;

    /** @param downMillis how long everything must be gone before the site is down */
    public SiteHealth(long downMillis) {
        this.downMillis = downMillis;
    }

    /** Another bound from now on. */
    public void judgeBy(long downMillis) {
        this.downMillis = downMillis;
    }

    SiteState state() {
        return state;
    }

    boolean operatorSaysDown() {
        return operatorSaysDown;
    }

    /** An operator's word, which stays until it is taken back. */
    public void operatorSays(boolean down) {
        operatorSaysDown = down;
    }

    /** At least one VM lives and reaches the database. */
    public void vmsWork() {
        vmsGoneSince = NEVER;
    }

    /**
     * None does.
     *
     * @param sinceMillis when the last one was last known to
     */
    public void vmsGone(long sinceMillis) {
        if (vmsGoneSince == NEVER) {
            vmsGoneSince = sinceMillis;
        }
    }

    /**
     * The site's process says that the database answers.
     *
     * @param askedMillis when it was asked
     */
    public void databaseUp(long askedMillis) {
        databaseUpMillis = askedMillis;
        databaseGoneSince = NEVER;
    }

    /**
     * The site's process says that it does not answer, or is itself silent.
     *
     * @param sinceMillis when that began
     */
    public void databaseGone(long sinceMillis) {
        databaseUpMillis = NEVER;
        if (databaseGoneSince == NEVER) {
            databaseGoneSince = sinceMillis;
        }
    }

    /** The site's process answers, and does not tell: neither up nor gone. */
    public void databaseUntold() {
        databaseUpMillis = NEVER;
        databaseGoneSince = NEVER;
    }

    /** Draws the conclusion. */
    public SiteState judge(long nowMillis) {
        if (operatorSaysDown) {
            state = SiteState.DOWN;
        } else if (vmsGoneSince == NEVER) {
            state = SiteState.UP;
        } else if (databaseUpMillis > vmsGoneSince) {
            state = SiteState.STRANDED;
        } else if (databaseGoneSince != NEVER && nowMillis - Math.max(vmsGoneSince, databaseGoneSince) >= downMillis) {
            state = SiteState.DOWN;
        } else if (state != SiteState.DOWN) {
            state = SiteState.PENDING;
        }
        return state;
    }
}
