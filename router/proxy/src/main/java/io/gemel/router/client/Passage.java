package io.gemel.router.client;

import org.jspecify.annotations.Nullable;

/**
 * The phases of a request, their durations, and how it ended: for its line in the access log. Two letters give the
 * latter, as in HAProxy: cause and phase. Confined to one event loop.
 */
public final class Passage {
    private static final int TIMEOUT = 408;
    private static final int UNAVAILABLE = 503;

    /** Where it is. */
    public enum Phase {
        /** The client has not sent all of it, or it is looked at. */
        REQUEST('R'),
        /** It waits here to be sent to a VM. */
        QUEUE('Q'),
        /** A VM has it. */
        VM('H'),
        /** It is done, and waits to be durable. */
        DURABILITY('L'),
        /** Its answer is passed on. */
        DATA('D');

        private final char letter;

        Phase(char letter) {
            this.letter = letter;
        }
    }

    /** What ended it before a VM had answered it completely. */
    public enum Cause {
        /** The client left. */
        CLIENT('C'),
        /** The client was too slow. */
        CLIENT_SLOW('c'),
        /** The VM went away. */
        VM('S'),
        /** The VM was too slow, or no VM was free in time. */
        VM_SLOW('s'),
        /** The router refused the request, or the VM's answer. */
        ROUTER('P'),
        /** There was no room. */
        ROOM('R'),
        /** The router ended. */
        END('K');

        private final char letter;

        Cause(char letter) {
            this.letter = letter;
        }
    }

    /** How it went with a request that was answered by a VM. */
    static final String WHOLE = "--";

    private final long startNanos;
    private Phase phase = Phase.REQUEST;
    private long sinceNanos;
    private long queueNanos;
    private long vmNanos;
    private @Nullable String end;

    Passage(long nowNanos) {
        startNanos = nowNanos;
        sinceNanos = nowNanos;
    }

    void enters(Phase next, long nowNanos) {
        if (phase == Phase.QUEUE) {
            queueNanos += nowNanos - sinceNanos;
        } else if (phase == Phase.VM) {
            vmNanos += nowNanos - sinceNanos;
        }
        phase = next;
        sinceNanos = nowNanos;
    }

    /** What ends it, where it is. Only the first cause counts. */
    void ends(Cause cause) {
        ends(cause, phase);
    }

    /** What ends it, and where that was. */
    void ends(Cause cause, Phase where) {
        if (end == null) {
            end = "" + cause.letter + where.letter;
        }
    }

    /** The router answers it itself; unless something else was said, it does so for what this status tells. */
    void refused(int status) {
        ends(
                switch (phase) {
                    case REQUEST ->
                        status == TIMEOUT ? Cause.CLIENT_SLOW : status == UNAVAILABLE ? Cause.ROOM : Cause.ROUTER;
                    case QUEUE, DURABILITY -> Cause.VM_SLOW;
                    case VM, DATA -> Cause.VM;
                });
    }

    long micros(long nowNanos) {
        return (nowNanos - startNanos) / 1000;
    }

    double queueMillis() {
        return millis(queueNanos);
    }

    /** Of all attempts together. */
    double vmMillis() {
        return millis(vmNanos);
    }

    private static double millis(long nanos) {
        long micros = nanos / 1000;
        return micros / 1000.0;
    }

    String termination() {
        return end == null ? WHOLE : end;
    }
}
