package io.gemel.vm;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the heartbeat's round trip to the database, on a thread of its own, so that the wait for it is bounded whatever the pool and the driver
 * do. Safe for any number of threads.
 */
final class Heartbeat implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    /** Most heartbeats that wait for the one before; the next one says at once that the database does not answer. */
    private static final int WAITING_MAX = 8;

    private final VmConfig config;
    private final Duration limit;
    private final ThreadPoolExecutor thread;

    /**
     * What a round trip found.
     *
     * @param databaseMillis its time; -1 when the database did not answer in time
     * @param problem what must be mended; empty when nothing
     */
    record Beat(long databaseMillis, boolean open, String problem) {
        static final Beat SILENT = new Beat(-1, false, "the database does not answer");

        boolean answered() {
            return databaseMillis >= 0;
        }
    }

    Heartbeat(VmConfig config) {
        this.config = config;
        this.limit = config.limits().heartbeat();
        this.thread =
                new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(WAITING_MAX), work -> {
                    Thread created = new Thread(work, "gemel-vm-heartbeat");
                    created.setDaemon(true);
                    return created;
                });
        thread.allowCoreThreadTimeOut(true);
    }

    /** Asks the database, at most for the limit. */
    Beat beat() {
        Future<Beat> beat;
        try {
            beat = thread.submit(this::ask);
        } catch (RejectedExecutionException e) {
            return Beat.SILENT;
        }
        try {
            return beat.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // Ends a wait for the pool; a wait for the network has its own limit.
            beat.cancel(true);
            return Beat.SILENT;
        } catch (ExecutionException | CancellationException e) {
            LOG.debug("the heartbeat failed", e);
            return Beat.SILENT;
        } catch (InterruptedException e) {
            beat.cancel(true);
            Thread.currentThread().interrupt();
            return Beat.SILENT;
        }
    }

    private Beat ask() throws StepFailure {
        long start = System.nanoTime();
        try (LedgerTransaction transaction = LedgerTransaction.begin(config.dataSource(), limit)) {
            boolean open = transaction.isOpen();
            return new Beat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start), open, "");
        } catch (StepFailure e) {
            if (e.kind() != StepFailure.Kind.FAILED) {
                throw e;
            }
            // It answered: what it says can be mended by a person only.
            String message = e.getMessage() == null ? "" : e.getMessage();
            return new Beat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start), false, message);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
