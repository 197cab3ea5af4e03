package io.gemel.deploy.embedded;

/** A running PostgreSQL server, wherever it runs. It is running from its creation until it is stopped or killed. */
interface PostgresProcess {
    /** Sends a signal to its first process and waits for its end. */
    void stop(ChildProcess.Signal signal);

    /** Ends all its processes at once and waits for that. */
    void kill();

    /** Lets none of its processes go on: connections stay, new ones are accepted by the system, and nothing is answered. */
    void freeze();

    /** Lets the frozen ones go on. */
    void thaw();

    boolean isRunning();

    /** The process id of its first process. */
    long pid();
}
