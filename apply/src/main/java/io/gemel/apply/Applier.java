package io.gemel.apply;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.api.ApplyException;
import io.gemel.apply.api.ApplyListener;
import io.gemel.apply.api.ApplyState;
import io.gemel.apply.decide.Repairs;
import io.gemel.apply.log.OutdatedRecords;
import io.gemel.apply.log.PeerLogWatch;
import io.gemel.apply.log.PeerPulse;
import io.gemel.apply.postgres.PostgresTarget;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.StoredState;
import io.gemel.apply.target.TargetDatabase;
import io.gemel.apply.target.Uninterrupted;
import io.gemel.conflict.log.ReadProgress;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.reason.Reasons;
import io.gemel.transaction.Marker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The applying side of a site: applies the transactions of the peer's log to the local database, each exactly once.
 *
 * <p>Use it once, in this order: {@link #tryLead} until it returns true, {@link #restore}, {@link #startHeartbeats},
 * {@link #start}, {@link #close}. When the listener receives {@code failed}, close it and start a new one: the marker
 * in the database records its progress. Metrics may be read from any thread.
 */
public final class Applier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

    /** Between two checks for blockers. */
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);

    /** Between two removals of old markers, journal rows and submissions. */
    private static final Duration MAINTENANCE_INTERVAL = Duration.ofSeconds(30);

    /** From the start to the first of them: a site that restarts repeatedly does maintenance, too. */
    private static final Duration MAINTENANCE_FIRST = Duration.ofSeconds(5);

    private final ApplyConfig config;
    private final ApplyListener listener;
    private final Reasons reasons;
    private final InstantSource clock;
    private final ReadProgress progress;
    private final TargetDatabase database;
    private final ApplyStatus status;
    private final SideThreads side;
    private final HeartbeatWriter beats;
    private final PeerLogBarrier barrier;
    private Marker marker;
    private volatile @Nullable ApplyLoop loop;
    private volatile @Nullable Parking parking;
    private volatile @Nullable AppliedPosition applied;
    private @Nullable Thread thread;
    private volatile @Nullable PeerLogWatch peerWatch;

    /**
     * Opens nothing yet.
     *
     * @param progress what capture has read of the local database's log
     * @param clock wall clock, to reject versions from the future and to compute the lag
     * @param reasons receives the reasons that hold
     */
    public Applier(
            ApplyConfig config, ReadProgress progress, InstantSource clock, ApplyListener listener, Reasons reasons) {
        this.config = config;
        this.progress = progress;
        this.clock = clock;
        this.listener = listener;
        this.reasons = reasons;
        status = new ApplyStatus(reasons);
        database = new PostgresTarget(config, progress);
        marker = Marker.none(config.peer());
        side = new SideThreads(config.site());
        beats = new HeartbeatWriter(database, progress, status, listener, reasons, side.executor());
        barrier = new PeerLogBarrier(config, status, side.executor());
    }

    /**
     * Tries to become the site's only applier; returns false while another process is.
     *
     * @throws ApplyException when the database cannot be reached or refuses
     */
    public boolean tryLead() throws ApplyException {
        try {
            return database.tryLead();
        } catch (ApplyFailure e) {
            throw exception(e);
        }
    }

    /**
     * Puts the stored part of the window back; returns how far the peer's log is applied. Own transactions after its
     * {@code peerSeen} are still to be registered.
     */
    public Marker restore(InFlightWindow window) throws ApplyException {
        try {
            StoredState stored = database.stored();
            stored.forEachEntry(entry -> window.restore(entry.key(), entry.entry()));
            stored.voids().forEach(window::restore);
            marker = stored.marker();
        } catch (ApplyFailure e) {
            throw exception(e);
        }
        window.acknowledge(marker.peerSeen());
        LOG.atLevel(status.lineLevel())
                .log(
                        "marker read: {} applied up to position {}, own log seen by it up to position {}",
                        config.topic(),
                        marker.position(),
                        marker.peerSeen());
        return marker;
    }

    private static ApplyException exception(ApplyFailure failure) {
        return new ApplyException(failure.kind() == Kind.HALT, String.valueOf(failure.getMessage()), failure);
    }

    /** Starts writing the heartbeat row, which moves the horizon and, through capture, idle logs along. */
    public void startHeartbeats() {
        side.repeat(beats::beat, Duration.ZERO, config.heartbeatInterval());
        side.repeat(this::maintain, MAINTENANCE_FIRST, MAINTENANCE_INTERVAL);
    }

    /** Starts applying; the window holds everything in flight that was published before. */
    public void start(InFlightWindow window) {
        CaptureBarrier captured = new CaptureBarrier(database, window, progress, config.catchUpTimeout(), reasons);
        Repairs repairs = new Repairs(database);
        BatchTransactions transactions = new BatchTransactions(
                database, window, captured, repairs, config.rowRoom().bytesMax(), System::nanoTime);
        Parking waiting = new Parking(config.site(), config.parkedMax(), database, transactions, repairs, reasons);
        parking = waiting;
        WorkWatch work = new WorkWatch(
                config.site().name(), database, reasons, listener, config.lockKillAfter(), System::nanoTime);
        AppliedPosition position = new AppliedPosition(marker, window, System::nanoTime);
        applied = position;
        Halting halting = new Halting(config, database, repairs, status);
        BatchApplier batches = new BatchApplier(
                config, listener, transactions, waiting, position, halting, status, reasons, work, Thread::sleep);
        OutdatedRecords outdated = new OutdatedRecords(config, listener, reasons);
        ApplyLoop started = new ApplyLoop(
                config,
                listener,
                clock,
                batches,
                halting,
                position,
                waiting,
                window,
                status,
                barrier,
                outdated,
                beats::answerPeer);
        loop = started;
        status.starting();
        watch(started.pulse(), work);
        Thread applying = SideThreads.daemon(config.site(), "apply", started);
        thread = applying;
        applying.start();
    }

    private void watch(PeerPulse pulse, WorkWatch work) {
        PeerLogWatch peer = new PeerLogWatch(config, pulse, reasons, System::nanoTime);
        peerWatch = peer;
        side.watch(peer::look, WATCH_INTERVAL);
        side.watch(work::look, WATCH_INTERVAL);
    }

    /**
     * A commit position behind everything that was committed here before this call, and soon read by capture: a heartbeat is
     * written behind it. Calls at about the same time share one answer, which fails when the database does not answer.
     *
     * @param asksPeer whether the peer is asked to say soon how far it has applied this
     */
    public CompletableFuture<Long> committed(boolean asksPeer) {
        return beats.committed(asksPeer);
    }

    /**
     * Waits until everything is applied that the peer's log holds now.
     *
     * @param endNeeded whether to give up when the peer's Kafka does not say where the log ends; otherwise what has been received
     *     counts
     * @return why it is not applied; empty when it is
     */
    public Optional<String> awaitPeerLog(Duration limit, boolean endNeeded) throws InterruptedException {
        return barrier.await(limit, endNeeded);
    }

    private void maintain() {
        try {
            database.maintain();
        } catch (ApplyFailure | RuntimeException e) {
            LOG.warn("cannot delete old markers, journal rows and submissions now: {}", e.getMessage());
        }
    }

    /** Stops applying after the batch at hand, until {@link #resume}. */
    public void pause() {
        status.pause();
    }

    /** Stops applying permanently after the current batch, but continues heartbeats; returns false on a timeout. */
    public boolean stopApplying(Duration limit) throws InterruptedException {
        return status.pauseToEnd(limit);
    }

    /** Resumes after {@link #pause}; a halted batch is retried immediately. */
    public void resume() {
        status.resume();
    }

    public ApplyState state() {
        return status.state();
    }

    /** Why it is paused, halted or failed, or tries a batch again; empty otherwise. */
    public String reason() {
        return status.reason();
    }

    /** Position of the peer's log up to which it is applied here. */
    public long appliedPosition() {
        AppliedPosition position = applied;
        return position == null ? marker.position() : position.position();
    }

    /** Transactions that are set aside for a person, at either site. */
    public int parkedTransactions() {
        Parking waiting = parking;
        return waiting == null ? 0 : waiting.size();
    }

    /** Age of the oldest transaction that was received and is not applied, milliseconds; 0 when there is none. */
    public long backlogMillis() {
        ApplyLoop running = loop;
        return running == null ? 0 : running.backlogMillis();
    }

    /**
     * By how much this site may lag behind, milliseconds: {@link #backlogMillis}, or the time since its last record
     * when records of the peer may be missing.
     */
    public long lagMillis() {
        ApplyLoop running = loop;
        return running == null ? 0 : running.lagMillis();
    }

    /** Time since the newest record of the peer's log was received, milliseconds; 0 before this applier reads it. */
    public long heardMillis() {
        ApplyLoop running = loop;
        return running == null ? 0 : running.pulse().heardMillis();
    }

    /** How far the peer's clock is ahead of this machine's, milliseconds, as its heartbeats say; 0 before the first. */
    public long skewMillis() {
        ApplyLoop running = loop;
        return running == null ? 0 : running.pulse().skewMillis();
    }

    /** The database has vanished: cuts off whoever waits for it; {@link #close} waits for no word of it. Any thread, at once. */
    public void abandon() {
        database.abandon();
    }

    /** Stops all threads and gives the leadership up. */
    @Override
    public void close() {
        status.close();
        side.close();
        barrier.close();
        PeerLogWatch watching = peerWatch;
        if (watching != null) {
            watching.close();
        }
        ApplyLoop running = loop;
        if (running != null) {
            running.wakeUp();
        }
        Thread applying = thread;
        if (applying != null) {
            applying.interrupt();
        }
        database.close();
        beats.ended();
        if (applying != null && applying != Thread.currentThread()) {
            Uninterrupted.join(applying);
            LOG.atLevel(status.lineLevel())
                    .log("apply stopped: {} applied up to position {}", config.topic(), appliedPosition());
        }
    }
}
