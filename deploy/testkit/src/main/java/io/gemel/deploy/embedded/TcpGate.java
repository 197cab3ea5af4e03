package io.gemel.deploy.embedded;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** What all connections of a proxy pass, byte by byte: it lets them through, late, or not for now. Thread-safe. */
final class TcpGate {
    private final Set<TcpDirection> held = EnumSet.noneOf(TcpDirection.class);
    private Duration delay = Duration.ZERO;

    /** Returns when bytes, or the news of an ended connection, may go on in a direction. */
    void pass(TcpDirection direction) throws InterruptedException {
        Duration late;
        synchronized (this) {
            late = delay;
        }
        Thread.sleep(late.toMillis());
        synchronized (this) {
            while (held.contains(direction)) {
                wait();
            }
        }
    }

    synchronized void hold(TcpDirection direction) {
        held.add(direction);
    }

    synchronized void holdAll() {
        held.addAll(EnumSet.allOf(TcpDirection.class));
    }

    synchronized void delay(Duration chosen) {
        delay = chosen;
    }

    synchronized void open() {
        held.clear();
        delay = Duration.ZERO;
        notifyAll();
    }
}
