package io.gemel.vm;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the heartbeat's round trip to the database, on a thread of its own, so that the wait for it is bounded whatever the pool and the driver
 * do. It keeps the connection that it got from the pool, and waits for no submission to give one back. Safe for any number of threads.
 */
final class Heartbeat implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    private final VmConfig config;
    private final Duration limit;
    private final ThreadPoolExecutor thread;
    private @Nullable Future<Beat> current;
    private volatile @Nullable Connection kept; // of the thread, until the end

    /**
     * What a round trip found.
     *
     * @param databaseMillis its time; -1 when the database did not answer in time
     * @param problem what must be fixed; empty when nothing
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
        this.thread = new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(1), work -> {
            Thread created = new Thread(work, "gemel-vm-heartbeat");
            created.setDaemon(true);
            return created;
        });
        thread.allowCoreThreadTimeOut(true);
    }

    /** Asks the database, at most for the limit. Who asks while another one waits for the answer gets that one's. */
    Beat beat() {
        Future<Beat> beat;
        try {
            beat = current();
        } catch (RejectedExecutionException e) {
            // The last two still wait for the network; or the VM was closed.
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
            Thread.currentThread().interrupt();
            return Beat.SILENT;
        }
    }

    private synchronized Future<Beat> current() {
        Future<Beat> asked = current;
        if (asked == null || asked.isDone()) {
            asked = thread.submit(this::askNow);
            current = asked;
        }
        return asked;
    }

    private Beat askNow() throws StepFailure {
        long start = System.nanoTime();
        try {
            return ask(start, false);
        } catch (StepFailure e) {
            if (e.kind() != StepFailure.Kind.STALE) {
                throw e;
            }
            return ask(start, true);
        }
    }

    /** @param careful whether to ask on one of the pool's connections that is tried before, because the kept one was dead */
    private Beat ask(long start, boolean careful) throws StepFailure {
        boolean good = false;
        LedgerTransaction.Source source = careful ? config.dataSource()::getConnection : this::connection;
        try (LedgerTransaction transaction = LedgerTransaction.begin(source, limit, careful)) {
            boolean open = transaction.isReady();
            good = true;
            return new Beat(millisSince(start), open, "");
        } catch (StepFailure e) {
            if (e.kind() != StepFailure.Kind.FAILED) {
                throw e;
            }
            // It answered: what it says can be fixed by a person only.
            return new Beat(millisSince(start), false, String.valueOf(e.getMessage()));
        } finally {
            if (!good) {
                giveBack();
            }
        }
    }

    private Connection connection() throws SQLException {
        Connection known = kept;
        if (known == null) {
            known = config.dataSource().getConnection();
            kept = known;
        }
        return unclosed(known);
    }

    private static Connection unclosed(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Heartbeat.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> method.getName().equals("close")
                        ? null
                        : GuardedConnection.call(connection, method, arguments));
    }

    /** The pool detects whether it is still alive. */
    private void giveBack() {
        Connection known = kept;
        kept = null;
        if (known != null) {
            try {
                known.close();
            } catch (SQLException e) {
                LOG.debug("the heartbeat's connection could not be closed", e);
            }
        }
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        giveBack();
    }
}
