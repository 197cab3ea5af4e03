package io.gemel.deploy.status;

/** What an operator may do to the applying side over JMX. Called on JMX threads. */
public interface ApplyControl {
    /** Stops applying after the transaction in hand, until {@link #resume} or the end of the process, also while the site does not run. */
    void pause();

    /** Ends a pause; what is halted is tried again at once, the site itself as well as its applier. */
    void resume();
}
