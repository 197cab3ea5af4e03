package io.gemel.apply.target;

/**
 * Completes an action that must complete even if the waiting thread is interrupted; the interrupt is restored
 * afterwards.
 */
public final class Uninterrupted {
    private Uninterrupted() {}

    /** Does something that an interrupt would leave half done. */
    public static void run(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.start();
        join(thread);
    }

    /** Waits until a thread has ended. */
    public static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
