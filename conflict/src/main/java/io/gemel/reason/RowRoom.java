package io.gemel.reason;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The memory that one side of a site, capturing or applying, has for the values of a row. Both sides share the memory
 * for large rows and take turns. Neither waits forever, because one may hold back what the other needs to finish. Used
 * by the thread of its side.
 */
public final class RowRoom {
    /** A row of more bytes is held in turn. */
    public static final long ALONE_BYTES_MAX = 16L << 20;

    private static final int WAIT_SECONDS_MAX = 20;

    private final long bytesMax;
    private final Semaphore turn;
    private boolean taken;

    private RowRoom(long bytesMax, Semaphore turn) {
        if (bytesMax < 1) {
            throw new IllegalArgumentException("a row must be allowed to take at least one byte");
        }
        this.bytesMax = bytesMax;
        this.turn = turn;
    }

    /**
     * The memory of one side; {@link #other} is that of the other one.
     *
     * @param bytesMax maximum memory in bytes that the values of a changed row may take, before and after the change
     */
    public static RowRoom of(long bytesMax) {
        return new RowRoom(bytesMax, new Semaphore(1, true));
    }

    /** The memory of the other side. */
    public RowRoom other() {
        return new RowRoom(bytesMax, turn);
    }

    /** Most bytes of memory that the values of a changed row may take, before and after the change. */
    public long bytesMax() {
        return bytesMax;
    }

    /** Says how much a row takes by now: waits, beyond a bound, until the other side holds no large row, or has held one for long. */
    public void takes(long bytes) throws InterruptedException {
        if (bytes > ALONE_BYTES_MAX && !taken) {
            taken = turn.tryAcquire(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        }
    }

    /** The row is dealt with; may be repeated. */
    public void giveBack() {
        if (taken) {
            taken = false;
            turn.release();
        }
    }
}
