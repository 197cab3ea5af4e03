package io.gemel.deploy.site;

import io.gemel.apply.Applier;
import io.gemel.deploy.status.ApplyControl;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What an operator ordered, over all lives of a site: each new applier is paused again until somebody resumes it. Thread-safe. */
final class OperatorOrders implements ApplyControl {
    private final Semaphore resumed = new Semaphore(0);
    private boolean paused;
    private @Nullable Applier applier;

    /** These orders are for the applier of a new life, which has not started yet. */
    synchronized void hold(Applier next) {
        resumed.drainPermits();
        applier = next;
        if (paused) {
            next.pause();
        }
    }

    @Override
    public synchronized void pause() {
        paused = true;
        if (applier != null) {
            applier.pause();
        }
    }

    @Override
    public synchronized void resume() {
        paused = false;
        if (applier != null) {
            applier.resume();
        }
        resumed.release();
    }

    /** Waits between two lives; a resume, also one since the last life began, ends the wait. */
    void awaitResume(Duration limit) throws InterruptedException {
        resumed.tryAcquire(limit.toMillis(), TimeUnit.MILLISECONDS);
    }
}
