package io.gemel.deploy.site;

import io.gemel.apply.Applier;
import io.gemel.conflict.log.ReadProgress;
import io.gemel.conflict.log.Watermark;
import io.gemel.conflict.window.InFlightWindow;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits until what is committed here is safe elsewhere. Any number of threads; those that come together share the question to the
 * database, and the rest is waiting in memory.
 *
 * @param progress how far capture has read the database's log
 * @param published last position of this site's log that Kafka has acknowledged
 * @param seen last position of it that the peer was seen to have applied
 */
record Durability(Applier applier, InFlightWindow window, ReadProgress progress, Watermark published, Watermark seen) {
    /** Says how far it is at the beginning: everything registered until now was read back from Kafka. */
    void begin() {
        published.reach(window.registeredPosition());
        seen.reach(window.peerSeenPosition());
    }

    /**
     * Waits until everything that was committed here before this call is in this site's log, acknowledged by Kafka, and, if so
     * wanted, the peer was seen to have applied it.
     *
     * @return why it is not; empty when it is
     */
    Optional<String> await(boolean applied, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        long commit;
        try {
            commit = applier.committed(applied).get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            return Optional.of("the database does not report the end of its log: "
                    + (e.getCause() == null ? e : e.getCause()).getMessage());
        } catch (TimeoutException e) {
            return Optional.of("the database does not report the end of its log in time");
        }
        if (!progress.awaitRead(commit, left(deadline))) {
            return Optional.of("capture has not read the database's log in time: it must reach " + commit
                    + "; it is at " + progress.commitPosition());
        }
        // Capture registers a transaction before it says that it has read it.
        long position = window.registeredPosition();
        if (!published.await(position, left(deadline))) {
            return Optional.of("Kafka has not acknowledged position " + position
                    + " of this site's log in time; it has " + published.reached());
        }
        if (applied && !seen.await(position, left(deadline))) {
            return Optional.of("the peer is not known in time to have applied position " + position
                    + " of this site's log; it is known to have applied " + seen.reached());
        }
        return Optional.empty();
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }
}
