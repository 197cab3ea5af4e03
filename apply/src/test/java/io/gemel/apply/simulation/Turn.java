package io.gemel.apply.simulation;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that runs only while it has the turn, which the simulation hands to it and gets back when the thread waits or ends. So one
 * thread of a simulation runs at a time, and only the schedule says which.
 */
final class Turn {
    /** What the thread is to do with its turn. */
    enum Order {
        /** Go on. */
        GO_ON,
        /** What it waits for does not come in time. */
        TIME_OUT,
        /** The database refuses what it is at, and would not refuse it again. */
        FAIL,
        /** The connection to the database breaks. */
        BREAK,
        /** The connection breaks behind a commit, but before its answer. */
        LOSE_ANSWER,
        /** Its process is gone. */
        VANISH
    }

    /** What the thread does. */
    @FunctionalInterface
    interface Work {
        @SuppressWarnings("IllegalThrows")
        void run() throws Exception;
    }

    /** Unwinds a thread whose process is gone; the applier catches no errors. */
    private static final class Gone extends Error {
        private static final long serialVersionUID = 1L;

        Gone() {
            super("gone", null, false, false);
        }
    }

    private static final ExecutorService THREADS = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "simulated");
        thread.setDaemon(true);
        return thread;
    });

    private static final int SPINS = 200;

    private final Work work;
    private volatile boolean taken; // by the thread
    private volatile @Nullable Thread thread;
    private volatile Thread scheduler = Thread.currentThread();
    private Order order = Order.GO_ON;
    private boolean begun;
    private volatile boolean ended;
    private @Nullable Throwable failure;

    Turn(Work work) {
        this.work = work;
    }

    /** Hands the turn over, and returns when it comes back. Throws what the work ended with, the first time. */
    void give(Order next) throws Exception {
        if (ended) {
            return;
        }
        scheduler = Thread.currentThread();
        order = next;
        taken = true;
        if (begun) {
            LockSupport.unpark(thread);
        } else {
            begun = true;
            THREADS.execute(this::run);
        }
        await(false);
        Throwable thrown = failure;
        failure = null;
        if (thrown instanceof Exception exception) {
            throw exception;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
    }

    boolean ended() {
        return ended;
    }

    /** The process is gone. */
    void end() {
        if (!begun || ended) {
            ended = true;
            return;
        }
        try {
            give(Order.VANISH);
        } catch (Exception e) {
            throw new IllegalStateException("not unwound", e);
        }
    }

    /** On the thread: gives the turn back until it is handed over again. */
    Order pass() {
        taken = false;
        LockSupport.unpark(scheduler);
        await(true);
        if (order == Order.VANISH) {
            throw new Gone();
        }
        return order;
    }

    private void await(boolean mine) {
        for (int i = 0; i < SPINS && taken != mine; i++) {
            Thread.onSpinWait();
        }
        while (taken != mine) {
            LockSupport.park(this);
        }
    }

    private void run() {
        thread = Thread.currentThread();
        try {
            work.run();
        } catch (Gone gone) {
            failure = null;
        } catch (Throwable thrown) {
            failure = thrown;
        }
        ended = true;
        taken = false;
        LockSupport.unpark(scheduler);
    }
}
