package io.gemel.apply;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.api.ApplyListener;
import io.gemel.apply.api.ApplyState;
import io.gemel.apply.log.Incoming;
import io.gemel.apply.log.OutdatedRecords;
import io.gemel.apply.log.PeerLog;
import io.gemel.apply.log.PeerPulse;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.reason.Advice;
import io.gemel.transaction.TransactionHeader;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The applying thread: follows the peer's log, batch after batch, and decides what happens after a failure. */
final class ApplyLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ApplyLoop.class);

    /** How long a decision about parked transactions may wait to be noticed. */
    private static final Duration DECISION_AGE = Duration.ofMillis(200);

    private final ApplyConfig config;
    private final ApplyListener listener;
    private final InstantSource clock;
    private final BatchApplier applier;
    private final Halting halting;
    private final AppliedPosition applied;
    private final Parking parking;
    private final InFlightWindow window;
    private final ApplyStatus status;
    private final PeerLogBarrier barrier;
    private final OutdatedRecords outdated;
    private final Runnable answer;

    private long answeredPosition;
    private long askedNanos = System.nanoTime();
    private final PeerPulse pulse;
    private volatile @Nullable PeerLog peerLog;

    /**
     * @param barrier notified of how far the log is applied
     * @param outdated notified of outdated records
     * @param answer reports to the peer, soon, how far its log is applied here
     */
    ApplyLoop(
            ApplyConfig config,
            ApplyListener listener,
            InstantSource clock,
            BatchApplier applier,
            Halting halting,
            AppliedPosition applied,
            Parking parking,
            InFlightWindow window,
            ApplyStatus status,
            PeerLogBarrier barrier,
            OutdatedRecords outdated,
            Runnable answer) {
        this.config = config;
        this.listener = listener;
        this.clock = clock;
        this.applier = applier;
        this.halting = halting;
        this.applied = applied;
        this.parking = parking;
        this.window = window;
        this.status = status;
        this.barrier = barrier;
        this.outdated = outdated;
        this.answer = answer;
        pulse = new PeerPulse(clock, System::nanoTime);
        answeredPosition = applied.position();
    }

    /** Age of the first transaction that was received and is not applied, milliseconds; 0 when there is none. */
    long backlogMillis() {
        long head = applied.headMicros();
        return head == 0 ? 0 : Math.max(0, (micros() - head) / 1000);
    }

    /** {@link #backlogMillis}, or the time since the last record when records of the peer may be missing. */
    long lagMillis() {
        boolean reads = status.state() == ApplyState.RUNNING;
        long heard = pulse.heardMillis();
        long missing = reads || heard < PeerPulse.SILENCE.toMillis() ? pulse.missingMillis() : heard;
        return Math.max(backlogMillis(), missing);
    }

    /** When the peer was last received. */
    PeerPulse pulse() {
        return pulse;
    }

    /** Ends a wait for the broker; any thread. */
    void wakeUp() {
        PeerLog log = peerLog;
        if (log != null) {
            log.wakeUp();
        }
    }

    @Override
    public void run() {
        try {
            while (!status.closed()) {
                pulse.connecting();
                try (PeerLog log = new PeerLog(config, applied.marker(), pulse, outdated)) {
                    pulse.connected();
                    LOG.atLevel(status.lineLevel())
                            .log(
                                    "peer log connected: topic {}, from offset {}, after position {}",
                                    config.topic(),
                                    log.handedOut(),
                                    applied.position());
                    peerLog = log;
                    followLog(log);
                } catch (ApplyFailure e) {
                    haltOrReconnect(e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ApplyFailure e) {
            fail(String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            // Closing interrupts whatever is going on; only what nobody asked for is worth a word.
            if (!status.closed()) {
                LOG.error("applying at {} ended", config.site(), e);
                fail("unexpected: " + e);
            }
        }
    }

    /** An outage of Kafka needs no fix: the applier resumes when Kafka is back. */
    private void haltOrReconnect(ApplyFailure failure) throws ApplyFailure, InterruptedException {
        if (failure.kind() == Kind.RETRY && !status.closed()) {
            status.reconnect(String.valueOf(failure.getMessage()), config.haltRetryInterval());
        } else {
            halting.haltOrThrow(failure);
        }
    }

    private void fail(String why) {
        if (status.fail(why)) {
            listener.failed(why);
        }
    }

    /** Applies batch after batch until this is closed; a failure leaves the marker where it is. */
    private void followLog(PeerLog log) throws ApplyFailure, InterruptedException {
        status.connected();
        parking.load();
        while (!status.closed()) {
            status.awaitNotPaused();
            decide();
            List<Incoming> received = log.next(config.groupRowsMax(), applier.batchRecords());
            if (received.isEmpty()) {
                applied.caughtUp();
                status.running();
                barrier.foundNone();
            } else {
                Batch batch = new Batch(log::reread, received);
                for (TransactionHeader header : batch.stamps()) {
                    awaitPlausible(header);
                }
                applier.apply(batch);
                status.running();
                listener.seen(window.peerSeenPosition());
                answer(batch);
            }
            barrier.applied(log.handedOut());
        }
    }

    /** Carries out what a person decided about parked transactions. */
    private void decide() throws ApplyFailure, InterruptedException {
        if (System.nanoTime() - askedNanos >= DECISION_AGE.toNanos()) {
            parking.decide(applied.marker());
            askedNanos = System.nanoTime();
        }
    }

    /** A heartbeat after transactions comes from a site that waits for their acknowledgement. */
    private void answer(Batch batch) {
        if (batch.hasHeartbeat() && applied.position() > answeredPosition) {
            answeredPosition = applied.position();
            answer.run();
        }
    }

    /** Refuses a version from the future until the clocks are right again. */
    private void awaitPlausible(TransactionHeader header) throws ApplyFailure, InterruptedException {
        long limit = config.clockAheadMax().toMillis() * 1000;
        if (ahead(header) > limit) {
            pulse.atLeastAhead(ahead(header));
        }
        for (long ahead = ahead(header); ahead > limit; ahead = ahead(header)) {
            halting.haltOrThrow(new ApplyFailure(
                    Kind.HALT,
                    Advice.APPLY_CLOCK_AHEAD,
                    "the clock of " + header.origin() + " is " + ahead / 1_000_000
                            + " s ahead of this machine's, more than clock.ahead.max; it would win every conflict."
                            + " Correct the clocks, or raise clock.ahead.max"));
        }
    }

    private long ahead(TransactionHeader header) {
        return header.version().micros() - micros();
    }

    private long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    }
}
