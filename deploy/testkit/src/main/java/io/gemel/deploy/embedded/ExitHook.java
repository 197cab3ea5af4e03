package io.gemel.deploy.embedded;

/** Something to be done when this JVM exits, unless it has become needless by then. */
final class ExitHook {
    private final Thread thread;

    private ExitHook(Thread thread) {
        this.thread = thread;
    }

    /**
     * Sets the hook.
     *
     * @throws IllegalStateException when this JVM is exiting already
     */
    static ExitHook set(String name, Runnable action) {
        Thread thread = new Thread(action, name);
        Runtime.getRuntime().addShutdownHook(thread);
        return new ExitHook(thread);
    }

    /** Takes the hook back. When this JVM is exiting already it runs all the same. */
    void remove() {
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException exiting) {
            // The hook ends what still runs, and finds that nothing does.
        }
    }
}
