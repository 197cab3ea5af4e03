package io.gemel.apply;

import io.gemel.apply.api.ApplyListener;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.TargetDatabase;
import io.gemel.conflict.log.ReadProgress;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import io.gemel.transaction.GemelTable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Writes the heartbeat row of this site, regularly and whenever somebody needs to know how far its log has got. Thread-safe.
 */
final class HeartbeatWriter {
    private final TargetDatabase database;
    private final ReadProgress progress;
    private final ApplyStatus status;
    private final ApplyListener listener;
    private final Reasons reasons;
    private final SingleFlight<Long> committed;
    private final SingleFlight<Long> committedAndAsked;

    /** @param executor asks the database where its log ends */
    HeartbeatWriter(
            TargetDatabase database,
            ReadProgress progress,
            ApplyStatus status,
            ApplyListener listener,
            Reasons reasons,
            Executor executor) {
        this.database = database;
        this.progress = progress;
        this.status = status;
        this.listener = listener;
        this.reasons = reasons;
        committed = new SingleFlight<>(() -> logEnd(false), executor);
        committedAndAsked = new SingleFlight<>(() -> logEnd(true), executor);
    }

    /** Writes it once; a failure is the applier's. */
    void beat() {
        try {
            database.beat();
            reasons.over(ReasonCode.APPLY_LOCK_WAIT, GemelTable.HEARTBEAT.toString());
        } catch (ApplyFailure | RuntimeException e) {
            if (e instanceof ApplyFailure failure && isLocked(failure)) {
                return;
            }
            String why = "heartbeat: " + e.getMessage();
            if (status.fail(why)) {
                listener.failed(why);
            }
        }
    }

    /** While another session holds the row the site keeps running, and names it. */
    private boolean isLocked(ApplyFailure failure) {
        if (failure.waitsFor() != ReasonCode.APPLY_LOCK_WAIT) {
            return false;
        }
        try {
            String text = database.heartbeatLock().text();
            reasons.waiting(ReasonCode.APPLY_LOCK_WAIT, GemelTable.HEARTBEAT.toString(), () -> text);
            return true;
        } catch (ApplyFailure e) {
            return false;
        }
    }

    /** See {@link Applier#committed}. */
    CompletableFuture<Long> committed(boolean asksPeer) {
        return (asksPeer ? committedAndAsked : committed).ask();
    }

    /** Reports to the peer soon how far its log is applied here. */
    @SuppressWarnings("FutureReturnValueIgnored") // when it fails, the next regular heartbeat tells
    void answerPeer() {
        committedAndAsked.ask();
    }

    private long logEnd(boolean asksPeer) throws ApplyFailure {
        long end = database.logEnd();
        if (asksPeer) {
            progress.askForHeartbeat(end);
        }
        database.beat();
        return end;
    }

    /** Nobody writes it any more, so nobody waits for it. */
    void ended() {
        reasons.over(ReasonCode.APPLY_LOCK_WAIT, GemelTable.HEARTBEAT.toString());
    }
}
