package io.gemel.apply;

import io.gemel.apply.api.ApplyListener;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.LockWait;
import io.gemel.apply.target.LockWait.Holder;
import io.gemel.apply.target.TargetActivity;
import io.gemel.apply.target.TargetDatabase;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches what the applier's session waits for while it is at work on a batch, over all attempts, and ends the session in the way when the
 * operator wants that. The applying thread says when work begins and ends; another one looks.
 */
final class WorkWatch {
    private static final Logger LOG = LoggerFactory.getLogger(WorkWatch.class);

    /** Work of this age is checked. */
    private static final Duration LOOK_AFTER = Duration.ofSeconds(1);

    /** A wait that is not seen for so many looks is over, although the work is not: between two tries nobody waits. */
    private static final int LOOKS_WITHOUT = 5;

    private final String site;
    private final TargetDatabase database;
    private final Reasons reasons;
    private final ApplyListener listener;
    private final Duration killAfter;
    private final LongSupplier nanoTime;
    private final Set<Holder> killed = new HashSet<>();
    private long work; // number of the present or last piece of work
    private long begunNanos;
    private boolean atWork;
    private boolean waits;
    private long waitingNanos;
    private int looksWithout;
    private boolean sees = true; // of the looking thread
    private String text = "";
    private String refused = "";

    /**
     * @param killAfter when to end a session that holds a lock; zero for never
     * @param listener notified of each that was terminated
     */
    WorkWatch(
            String site,
            TargetDatabase database,
            Reasons reasons,
            ApplyListener listener,
            Duration killAfter,
            LongSupplier nanoTime) {
        this.site = site;
        this.database = database;
        this.reasons = reasons;
        this.listener = listener;
        this.killAfter = killAfter;
        this.nanoTime = nanoTime;
    }

    /** Work begins. Applying thread. */
    synchronized void begun() {
        atWork = true;
        work++;
        begunNanos = nanoTime.getAsLong();
    }

    /** Work has ended, well or not. Applying thread. */
    synchronized void ended() {
        atWork = false;
        work++;
        forgetWait();
        reasons.over(ReasonCode.APPLY_STATEMENT_RUNNING);
    }

    /** A statement gave up waiting for a lock and is tried again. Applying thread. */
    synchronized void lockTimedOut(String why) {
        if (!waits) {
            waiting("the applier waits for a lock: " + why);
        }
    }

    private void waiting(String what) {
        if (!waits) {
            waits = true;
            waitingNanos = nanoTime.getAsLong();
        }
        looksWithout = 0;
        text = what;
        reasons.waiting(ReasonCode.APPLY_LOCK_WAIT, "", this::lastText);
    }

    /** Looks once; on a thread that may wait for the database. */
    void look() {
        long looked = presentWork();
        if (looked == 0) {
            return;
        }
        TargetActivity activity;
        try {
            activity = database.activity();
        } catch (ApplyFailure e) {
            if (sees) {
                LOG.warn("{} cannot see what its applier waits for: {}", site, e.getMessage());
            }
            sees = false;
            return;
        }
        sees = true;
        LockWait wait = activity == null ? null : activity.lockWait();
        for (Holder holder : note(looked, activity, wait)) {
            kill(holder);
        }
    }

    private synchronized long presentWork() {
        boolean old = nanoTime.getAsLong() - begunNanos >= LOOK_AFTER.toNanos();
        return atWork && old ? work : 0;
    }

    /** Takes in what was seen; returns the sessions that are to be ended. */
    private synchronized Set<Holder> note(long looked, @Nullable TargetActivity activity, @Nullable LockWait wait) {
        if (looked != work) {
            return Set.of();
        }
        noteStatement(activity, wait);
        if (wait == null) {
            looksWithout++;
            if (looksWithout >= LOOKS_WITHOUT) {
                forgetWait();
            }
            return Set.of();
        }
        waiting(wait.text() + refused);
        return toKill(wait);
    }

    private synchronized String lastText() {
        return text;
    }

    private void noteStatement(@Nullable TargetActivity activity, @Nullable LockWait wait) {
        if (activity == null || wait != null || activity.running().compareTo(reasons.waitLimit()) < 0) {
            reasons.over(ReasonCode.APPLY_STATEMENT_RUNNING);
            return;
        }
        String told = "one statement of the applier has been running for "
                + activity.running().toSeconds() + " s: " + activity.statement()
                + ". It may be large, or the table may lack an index on its key: see pg_stat_activity";
        reasons.waiting(ReasonCode.APPLY_STATEMENT_RUNNING, "", activity.running(), () -> told);
    }

    private Set<Holder> toKill(LockWait wait) {
        if (killAfter.isZero() || nanoTime.getAsLong() - waitingNanos < killAfter.toNanos()) {
            return Set.of();
        }
        Set<Holder> due = new HashSet<>();
        for (Holder holder : wait.holders()) {
            if (holder.pid() != 0 && !holder.own() && killed.add(holder)) {
                due.add(holder);
            }
        }
        return due;
    }

    private void forgetWait() {
        waits = false;
        looksWithout = 0;
        refused = "";
        killed.clear();
        reasons.over(ReasonCode.APPLY_LOCK_WAIT);
    }

    private void kill(Holder holder) {
        try {
            if (database.terminate(holder)) {
                LOG.warn(
                        "{} ended {}, which the applier had waited for longer than apply.lock.kill.after",
                        site,
                        holder.text());
                listener.blockerEnded();
            }
        } catch (ApplyFailure e) {
            refuse(". Gemel may not end session " + holder.pid() + " (" + e.getMessage()
                    + "): GRANT pg_signal_backend to its role; only a superuser ends a superuser's session");
        }
    }

    private synchronized void refuse(String why) {
        refused = why;
        text += why;
    }
}
