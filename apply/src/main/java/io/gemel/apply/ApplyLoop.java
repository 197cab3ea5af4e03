package io.gemel.apply;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.api.ApplyListener;
import io.gemel.apply.log.Incoming;
import io.gemel.apply.log.OutdatedRecords;
import io.gemel.apply.log.PeerLog;
import io.gemel.apply.log.PeerPulse;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.conflict.Conflict;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.reason.Advice;
import io.gemel.transaction.Marker;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The applying thread: follows the peer's log, group after group, and decides what happens after a failure. */
final class ApplyLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ApplyLoop.class);

    /** How old an acknowledgement that came without a transaction may become before it is stored. */
    private static final Duration ACKNOWLEDGEMENT_AGE = Duration.ofSeconds(1);

    /** How long a decision about parked transactions may wait to be noticed. */
    private static final Duration DECISION_AGE = Duration.ofMillis(200);

    private final ApplyConfig config;
    private final ApplyListener listener;
    private final InstantSource clock;
    private final BatchApplier tries;
    private final Parking parking;
    private final InFlightWindow window;
    private final ApplyStatus status;
    private final PeerLogBarrier barrier;
    private final OutdatedRecords outdated;
    private final Runnable answer;
    private final BatchSize groupSize = new BatchSize();

    private volatile Marker marker;
    private boolean applied;
    private long answeredPosition;
    private long storedNanos = System.nanoTime();
    private long askedNanos = System.nanoTime();
    private volatile long headMicros; // version of the first transaction received and not applied, or 0
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
            BatchApplier tries,
            Parking parking,
            InFlightWindow window,
            ApplyStatus status,
            PeerLogBarrier barrier,
            OutdatedRecords outdated,
            Runnable answer,
            Marker marker) {
        this.config = config;
        this.listener = listener;
        this.clock = clock;
        this.tries = tries;
        this.parking = parking;
        this.window = window;
        this.status = status;
        this.barrier = barrier;
        this.outdated = outdated;
        this.answer = answer;
        this.marker = marker;
        pulse = new PeerPulse(clock, System::nanoTime);
        answeredPosition = marker.position();
    }

    long appliedPosition() {
        return marker.position();
    }

    /** Age of the first transaction that was received and is not applied, milliseconds; 0 when there is none. */
    long backlogMillis() {
        long head = headMicros;
        return head == 0 ? 0 : Math.max(0, (micros() - head) / 1000);
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
                try (PeerLog log = new PeerLog(config, marker, pulse, outdated)) {
                    pulse.connected();
                    LOG.atLevel(status.lineLevel())
                            .log(
                                    "peer log connected: topic {}, from offset {}, after position {}",
                                    config.topic(),
                                    log.handedOut(),
                                    marker.position());
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
            tries.haltOrThrow(failure);
        }
    }

    private void fail(String why) {
        if (status.fail(why)) {
            listener.failed(why);
        }
    }

    /** Applies group after group until this is closed; a failure leaves the marker where it is. */
    private void followLog(PeerLog log) throws ApplyFailure, InterruptedException {
        status.connected();
        parking.load();
        while (!status.closed()) {
            status.awaitNotPaused();
            decide();
            List<Incoming> group = log.next(config.groupRowsMax(), groupSize.records());
            if (group.isEmpty()) {
                headMicros = 0;
                status.running();
                barrier.foundNone();
            } else {
                Batch changes = new Batch(log, group);
                apply(changes);
                status.running();
                listener.seen(window.peerSeenPosition());
                answer(changes);
            }
            barrier.applied(log.handedOut());
        }
    }

    /** Carries out what a person decided about parked transactions. */
    private void decide() throws ApplyFailure, InterruptedException {
        if (System.nanoTime() - askedNanos >= DECISION_AGE.toNanos()) {
            parking.decide(marker);
            askedNanos = System.nanoTime();
        }
    }

    /** A heartbeat after transactions comes from a site that waits for their acknowledgement. */
    private void answer(Batch group) {
        if (group.hasHeartbeat() && marker.position() > answeredPosition) {
            answeredPosition = marker.position();
            answer.run();
        }
    }

    private void apply(Batch group) throws ApplyFailure, InterruptedException {
        List<TransactionHeader> stamps = group.stamps();
        if (stamps.isEmpty()) {
            window.acknowledge(group.seen());
            storeAcknowledgement(group);
            return;
        }
        headMicros = stamps.get(0).version().micros();
        Version greatest = marker.version();
        for (TransactionHeader header : stamps) {
            awaitPlausible(header);
            greatest = header.version().compareTo(greatest) > 0 ? header.version() : greatest;
        }
        TransactionHeader last = stamps.get(stamps.size() - 1);
        Marker next = new Marker(last.position(), group.epoch(), greatest, group.seen(), last.commitPosition());
        List<Conflict> conflicts = tries.apply(group, next);
        if (conflicts == null) {
            groupSize.tookApart(stamps.size());
            applyHalves(group);
            return;
        }
        marker = stored(next);
        status.running();
        if (!applied) {
            applied = true;
            LOG.atLevel(status.lineLevel())
                    .log("first apply: {} transactions, up to position {}", stamps.size(), marker.position());
        }
        groupSize.wentWell();
        listener.applied(stamps.size(), group.count(), conflicts);
    }

    /** Until what has to come alone does: the rest of the group should still share its database transactions. */
    private void applyHalves(Batch group) throws ApplyFailure, InterruptedException {
        for (Batch half : group.halves()) {
            apply(half);
        }
    }

    /**
     * Without transactions from the peer its acknowledgements come in heartbeats alone. A marker stores the newest now and
     * then, or a restart would have to read this site's log again from where the peer last wrote something.
     */
    private void storeAcknowledgement(Batch heartbeats) throws ApplyFailure, InterruptedException {
        boolean due = System.nanoTime() - storedNanos >= ACKNOWLEDGEMENT_AGE.toNanos();
        if (due && window.peerSeenPosition() > marker.peerSeen()) {
            tries.apply(heartbeats, marker);
            marker = stored(marker);
            status.running();
        }
    }

    /** A marker as the commit just now has stored it: the window knows no acknowledgement that is not in it. */
    private Marker stored(Marker committed) {
        storedNanos = System.nanoTime();
        return new Marker(
                committed.position(),
                committed.epoch(),
                committed.version(),
                window.peerSeenPosition(),
                committed.peerCommit());
    }

    /** Refuses a version from the future until the clocks are right again. */
    private void awaitPlausible(TransactionHeader header) throws ApplyFailure, InterruptedException {
        long limit = config.clockAheadMax().toMillis() * 1000;
        if (ahead(header) > limit) {
            pulse.atLeastAhead(ahead(header));
        }
        for (long ahead = ahead(header); ahead > limit; ahead = ahead(header)) {
            tries.haltOrThrow(new ApplyFailure(
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
