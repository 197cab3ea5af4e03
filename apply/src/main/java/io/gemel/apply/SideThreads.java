package io.gemel.apply;

import io.gemel.transaction.SiteId;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The threads beside the applying one: for heartbeats, maintenance, watching for blockers, and reading the ends of both logs.
 * Thread-safe.
 */
final class SideThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SideThreads.class);
    private static final int THREADS = 7;

    private final ScheduledExecutorService executor;

    SideThreads(SiteId site) {
        executor = Executors.newScheduledThreadPool(THREADS, work -> daemon(site, "side", work));
    }

    Executor executor() {
        return executor;
    }

    /** Works repeatedly, until this is closed. The work must not throw: it would end silently then. */
    @SuppressWarnings("FutureReturnValueIgnored") // it ends with the executor
    void repeat(Runnable work, Duration first, Duration interval) {
        executor.scheduleWithFixedDelay(work, first.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Looks repeatedly for what blocks the applier; a look that fails is tried again. */
    void watch(Runnable look, Duration interval) {
        Runnable guarded = () -> {
            try {
                look.run();
            } catch (RuntimeException e) {
                LOG.warn("finding out what blocks the applier failed: {}", e.toString());
            }
        };
        repeat(guarded, interval, interval);
    }

    /** A thread of the applier, named by its role; it is not started. */
    static Thread daemon(SiteId site, String role, Runnable work) {
        Thread made = new Thread(
                () -> {
                    MDC.put("site", site.name());
                    work.run();
                },
                "gemel-" + role + "-" + site);
        made.setDaemon(true);
        return made;
    }

    /** Interrupts what is going on. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
