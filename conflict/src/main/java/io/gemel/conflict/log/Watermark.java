package io.gemel.conflict.log;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A number that only grows, for threads that wait until it reaches a value. Thread-safe. */
public final class Watermark {
    private long reached;

    /** Moves on to a number, unless it was passed already. */
    public synchronized void reach(long number) {
        if (number > reached) {
            reached = number;
            notifyAll();
        }
    }

    /** The greatest number reached; 0 before the first. */
    public synchronized long reached() {
        return reached;
    }

    /** Lets those look again who wait for something else, too. */
    synchronized void lookAgain() {
        notifyAll();
    }

    /**
     * Waits until a number is reached.
     *
     * @return false when it is not within the limit
     */
    public boolean await(long number, Duration limit) throws InterruptedException {
        return await(number, () -> false, limit);
    }

    /**
     * Waits until a number is reached or something else is true, which is looked at again after {@link #lookAgain}.
     *
     * @return false when neither is within the limit
     */
    synchronized boolean await(long number, BooleanSupplier otherwise, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (reached < number && !otherwise.getAsBoolean()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return true;
    }
}
