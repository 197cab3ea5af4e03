package io.gemel.apply;

import io.gemel.conflict.window.InFlightWindow;
import io.gemel.transaction.Marker;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/** How far the peer's log is applied: the marker as the last commit has stored it. Applying thread only, but for {@link #position} and {@link #headMicros}. */
final class AppliedPosition {
    /** How old an acknowledgement that came without a transaction may become before it is stored. */
    private static final Duration ACKNOWLEDGEMENT_AGE = Duration.ofSeconds(1);

    private final InFlightWindow window;
    private final LongSupplier nanoTime;
    private volatile Marker marker;
    private volatile long headMicros; // version of the first transaction received and not applied, or 0
    private long storedNanos;

    AppliedPosition(Marker marker, InFlightWindow window, LongSupplier nanoTime) {
        this.marker = marker;
        this.window = window;
        this.nanoTime = nanoTime;
        storedNanos = nanoTime.getAsLong();
    }

    /** The marker; what it says of the peer's view of this site's log is what the database has. */
    Marker marker() {
        return marker;
    }

    /** Position of the peer's log up to which it is applied; any thread. */
    long position() {
        return marker.position();
    }

    /** Version of the first transaction that was received and is not applied, microseconds; 0 when there is none; any thread. */
    long headMicros() {
        return headMicros;
    }

    /** A batch is applied next. */
    void begins(Batch batch) {
        List<TransactionHeader> stamps = batch.stamps();
        headMicros = stamps.isEmpty() ? 0 : stamps.get(0).version().micros();
    }

    /** All that was received is applied. */
    void caughtUp() {
        headMicros = 0;
    }

    /** The marker that a batch will be committed with; the present one, when it holds no transaction. */
    Marker after(Batch batch) {
        List<TransactionHeader> stamps = batch.stamps();
        if (stamps.isEmpty()) {
            return marker;
        }
        Version greatest = marker.version();
        for (TransactionHeader header : stamps) {
            greatest = header.version().compareTo(greatest) > 0 ? header.version() : greatest;
        }
        TransactionHeader last = stamps.get(stamps.size() - 1);
        return new Marker(last.position(), batch.epoch(), greatest, batch.seen(), last.commitPosition());
    }

    /** A marker is committed: the window knows no acknowledgement that is not in it. */
    void committed(Marker next) {
        storedNanos = nanoTime.getAsLong();
        marker =
                new Marker(next.position(), next.epoch(), next.version(), window.peerSeenPosition(), next.peerCommit());
    }

    /**
     * Takes the acknowledgement of heartbeats that came without a transaction. It is stored now and then only; without any, a restart
     * would have to read this site's log again from where the peer last wrote something.
     *
     * @return whether it is to be stored now
     */
    boolean acknowledged(Batch heartbeats) {
        window.acknowledge(heartbeats.seen());
        return window.peerSeenPosition() > marker.peerSeen()
                && nanoTime.getAsLong() - storedNanos >= ACKNOWLEDGEMENT_AGE.toNanos();
    }
}
