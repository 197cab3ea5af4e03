package io.gemel.apply;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.TargetDatabase;
import io.gemel.apply.target.Unread;
import io.gemel.conflict.log.ReadProgress;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import java.time.Duration;
import java.util.Set;

/**
 * The applier's waits for capture, which must have read what was committed before a lock was taken. A wait with locks
 * is bounded, and each one without success doubles the bound of the next; before the next try the applier waits without
 * a lock. Applying thread only.
 */
final class CaptureBarrier {
    /** What other sessions' commits are given to move the database's log on, before a heartbeat does. */
    private static final Duration NUDGE_AFTER = Duration.ofMillis(3);

    /** Longest wait, with or without locks, before the batch is tried again. */
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);

    private final TargetDatabase database;
    private final InFlightWindow window;
    private final ReadProgress progress;
    private final Wait wait;
    private final Duration firstPatience;
    private final Reasons reasons;
    private Duration patience;
    private volatile Unread wanted = Unread.NOTHING; // capture must have read this before the next try takes any lock

    /** As {@link ReadProgress#awaitRead(long, Set, Duration)}. */
    @FunctionalInterface
    interface Wait {
        boolean awaitRead(long position, Set<Long> transactions, Duration limit) throws InterruptedException;
    }

    /** @param firstPatience how long the first wait that holds locks may take */
    CaptureBarrier(
            TargetDatabase database,
            InFlightWindow window,
            ReadProgress progress,
            Duration firstPatience,
            Reasons reasons) {
        this(database, window, progress, progress::awaitRead, firstPatience, reasons);
    }

    /** @param wait for that progress, in a way of its own */
    CaptureBarrier(
            TargetDatabase database,
            InFlightWindow window,
            ReadProgress progress,
            Wait wait,
            Duration firstPatience,
            Reasons reasons) {
        this.database = database;
        this.window = window;
        this.progress = progress;
        this.wait = wait;
        this.firstPatience = firstPatience;
        this.reasons = reasons;
        patience = firstPatience;
    }

    /** Before a retry: what the last attempt waited for without success, now without holding a lock. */
    void awaitWithoutLocks() throws ApplyFailure, InterruptedException {
        await(WAIT_MAX);
    }

    /**
     * During a try, holding locks.
     *
     * @param unread what capture must have read
     * @param spent how long the transaction has worked so far: giving up throws that away, so it is worth as long a wait
     */
    void awaitWithLocks(Unread unread, Duration spent) throws ApplyFailure, InterruptedException {
        wanted = unread;
        if (isRead(NUDGE_AFTER)) {
            return;
        }
        database.beat();
        try {
            await(shorter(spent.compareTo(patience) > 0 ? spent : patience, WAIT_MAX));
        } catch (ApplyFailure e) {
            patience = shorter(patience.multipliedBy(2), WAIT_MAX);
            throw e;
        }
    }

    /** The batch is applied. */
    void succeeded() {
        patience = firstPatience;
    }

    private void await(Duration limit) throws ApplyFailure, InterruptedException {
        reasons.waiting(ReasonCode.APPLY_CAPTURE_WAIT, "", this::behind);
        window.overflow(true);
        try {
            if (!isRead(limit)) {
                throw new ApplyFailure(
                        ReasonCode.APPLY_CAPTURE_WAIT,
                        "capture has not read this database's log up to " + wanted.upTo() + " in time; it is at "
                                + progress.commitPosition(),
                        null);
            }
            reasons.over(ReasonCode.APPLY_CAPTURE_WAIT);
        } finally {
            window.overflow(false);
        }
    }

    private boolean isRead(Duration limit) throws InterruptedException {
        return wait.awaitRead(wanted.upTo(), wanted.transactions(), limit);
    }

    /** Any thread. */
    private String behind() {
        return "the applier waits until capture has read this database's log up to " + wanted.upTo() + "; it is at "
                + progress.commitPosition() + ". Capture may be behind a long transaction, or wait for Kafka: see its"
                + " lag and the other reasons";
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
