package io.gemel.apply;

import io.gemel.apply.api.ApplyState;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.event.Level;

/** The applier's lifecycle: one place moves it. Thread-safe. */
final class ApplyStatus {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private ApplyState state = ApplyState.STANDBY;
    private String reason = "";
    private boolean pauseWanted;
    private boolean ending;
    private final Reasons reasons;

    ApplyStatus(Reasons reasons) {
        this.reasons = reasons;
    }

    ApplyState state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** Why it is paused, halted or failed, or tries a batch again; empty otherwise. */
    String reason() {
        lock.lock();
        try {
            return reason;
        } finally {
            lock.unlock();
        }
    }

    /** Level of lines about starting and stopping: a halted site repeats both at each retry. */
    Level lineLevel() {
        return reasons.isHalted() ? Level.DEBUG : Level.INFO;
    }

    boolean closed() {
        return state() == ApplyState.CLOSED;
    }

    /** Begins to look for its place in the peer's log. */
    void starting() {
        move(ApplyState.STARTING, "");
    }

    /** Something went well: whatever was in the way is gone. */
    void running() {
        move(ApplyState.RUNNING, "");
    }

    /** Can read the peer's log. What it was halted for before may still be there. */
    void connected() {
        lock.lock();
        try {
            if (state != ApplyState.HALTED) {
                running();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Still running, but the batch at hand had to be tried again. */
    void retrying(String why) {
        move(ApplyState.RUNNING, why);
    }

    /** False when it was closed or had failed before. */
    boolean fail(String why) {
        return move(ApplyState.FAILED, why);
    }

    void close() {
        move(ApplyState.CLOSED, "");
    }

    /** CLOSED is final, and FAILED leads only there. */
    private boolean move(ApplyState next, String why) {
        lock.lock();
        try {
            if (state == ApplyState.CLOSED || (state == ApplyState.FAILED && next != ApplyState.CLOSED)) {
                return false;
            }
            tell(next, why);
            state = next;
            reason = why;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The ends of both reasons are reported here, too: nothing else moves the state. The owner reports a failure. */
    private void tell(ApplyState next, String why) {
        if (next == ApplyState.HALTED) {
            reasons.raise(ReasonCode.APPLY_HALTED, why);
        } else if (why.isEmpty() || next != ApplyState.RUNNING) {
            reasons.over(ReasonCode.APPLY_HALTED); // but not while it is only tried again
        }
        if (next == ApplyState.PAUSED && !ending) {
            reasons.raise(ReasonCode.APPLY_PAUSED, why + "; gemel status shows it until resume is called over JMX");
        } else {
            reasons.over(ReasonCode.APPLY_PAUSED);
        }
    }

    /** Stays halted for {@code pause}, or until it is resumed or closed. */
    void halt(String why, Duration pause) throws InterruptedException {
        stay(ApplyState.HALTED, why, pause);
    }

    /** Cannot reach the peer's log, and waits a little before it tries again. */
    void reconnect(String why, Duration pause) throws InterruptedException {
        stay(ApplyState.STARTING, why, pause);
    }

    private void stay(ApplyState still, String why, Duration pause) throws InterruptedException {
        lock.lock();
        try {
            move(still, why);
            long nanos = pause.toNanos();
            while (state == still && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    void pause() {
        lock.lock();
        try {
            pauseWanted = true;
        } finally {
            lock.unlock();
        }
    }

    /** Pauses permanently, because the site ends; returns false if that has not taken effect in time. */
    boolean pauseToEnd(Duration limit) throws InterruptedException {
        lock.lock();
        try {
            ending = true;
            pauseWanted = true;
            long nanos = limit.toNanos();
            while (state != ApplyState.PAUSED && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return state == ApplyState.PAUSED;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a pause; a halted batch is retried immediately. */
    void resume() {
        lock.lock();
        try {
            pauseWanted = false;
            if (state == ApplyState.HALTED || state == ApplyState.PAUSED) {
                move(ApplyState.RUNNING, "");
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void awaitNotPaused() throws InterruptedException {
        lock.lock();
        try {
            while (pauseWanted && state != ApplyState.CLOSED) {
                move(ApplyState.PAUSED, ending ? "the site ends" : "paused by an operator");
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }
}
