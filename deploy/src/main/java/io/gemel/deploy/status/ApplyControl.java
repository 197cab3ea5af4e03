package io.gemel.deploy.status;

/** What an operator may do to the applying side over JMX. Called on JMX threads. */
public interface ApplyControl {
    /** Stops applying after the transaction in hand. */
    void pause();

    /** Goes on applying; what is halted is tried again at once. */
    void resume();
}
