package io.gemel.apply.api;

import io.gemel.conflict.Conflict;
import java.util.List;

/** Receives an applier's events. Called on the applying thread; must return quickly and must not throw. */
public interface ApplyListener {
    /** A database transaction with these whole incoming transactions has committed. */
    void applied(int transactions, int changes, List<Conflict> conflicts);

    /** The peer was seen to have applied this site's log up to this position. */
    void seen(long position);

    /** A record of the peer's log was skipped: a process wrote it after another one had taken over that log. */
    void outdated();

    /** A database transaction was rolled back and is tried again. */
    void retried(String reason);

    /** A foreign session was terminated because it held a lock for too long. */
    void blockerEnded();

    /** The applier stopped permanently: the owner must close it and start a new one. */
    void failed(String reason);
}
