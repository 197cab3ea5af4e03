package io.gemel.capture;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.capture.api.CaptureListener;
import io.gemel.capture.log.LocalLog;
import io.gemel.capture.log.LogClaim;
import io.gemel.capture.log.LogEndReader;
import io.gemel.capture.log.LogGuard;
import io.gemel.capture.log.LogPublisher;
import io.gemel.capture.log.LogReplay;
import io.gemel.capture.log.LogTail;
import io.gemel.capture.log.OffsetIndex;
import io.gemel.capture.log.OwnChanges;
import io.gemel.capture.log.RecentRecords;
import io.gemel.capture.postgres.PostgresDatabase;
import io.gemel.capture.source.Published;
import io.gemel.capture.source.SourceDatabase;
import io.gemel.conflict.log.LogStamper;
import io.gemel.conflict.log.ReadProgress;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.conflict.window.LocalChanges;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import io.gemel.transaction.LogOwner;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.TransactionHeader;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Publishes one database's transactions to this site's log. Used once, by one thread: {@link #open}, {@link #replay},
 * {@link #start}, {@link #close}; after a failure close it and make another.
 *
 * <p>Nothing is lost and nothing is published twice, whatever fails: the database's log is confirmed only as far as
 * Kafka has acknowledged, and a new process resumes after the last record of the log.
 */
public final class Capture implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Capture.class);

    private final CaptureConfig config;
    private final CaptureListener listener;
    private final Reasons reasons;
    private final String writer = UUID.randomUUID().toString();
    private final RecentRecords recent;
    private final OffsetIndex offsets = new OffsetIndex();
    private final LocalLog log;
    private final OwnChanges ownChanges;
    private final LogPublisher publisher;
    private final SourceDatabase database;
    private final AtomicBoolean failed = new AtomicBoolean();

    private long epoch;
    private @Nullable TransactionHeader tail;
    private Reasons.@Nullable Source windowFull;
    private volatile boolean closed;

    /**
     * Connects to nothing yet.
     *
     * @param reasons receives the reasons that hold
     */
    public Capture(CaptureConfig config, CaptureListener listener, Reasons reasons) {
        this.config = config;
        this.listener = listener;
        this.reasons = reasons;
        recent = new RecentRecords(config.imageBytesMax());
        log = new LocalLog(config);
        ownChanges = new OwnChanges(recent, offsets, log);
        publisher = new LogPublisher(
                config, recent, offsets, new LogGuard(config, log), listener, this::failed, System::nanoTime);
        database = new PostgresDatabase(config, reasons);
    }

    /**
     * Takes over this site's log: finds its end, publishes the next epoch, and makes sure that no other process did the same.
     * What an older process still writes afterwards no longer counts. Creates nothing, and writes nothing into a log that this
     * database may not continue.
     *
     * @throws CaptureException RETRY when Kafka is away, the database is a standby, or another process was faster; HALT when the
     *     log belongs to another database or cannot be continued: the slot is missing, lost or ahead
     */
    public void open() throws CaptureException, InterruptedException {
        reasons.waiting(ReasonCode.CAPTURE_KAFKA_UNREACHABLE, "", publisher::silence);
        try {
            takeOver();
        } catch (CaptureException e) {
            if (e.classification() == CaptureException.Classification.HALT) {
                reasons.over(ReasonCode.CAPTURE_KAFKA_UNREACHABLE);
            }
            throw e;
        }
        reasons.over(ReasonCode.CAPTURE_KAFKA_UNREACHABLE);
        reasons.watch(publisher);
    }

    private void takeOver() throws CaptureException, InterruptedException {
        LogEndReader end = new LogEndReader(config, log);
        LogTail found = end.find();
        reasons.over(ReasonCode.CAPTURE_KAFKA_UNREACHABLE);
        LogOwner here = database.identify();
        checkClaim(here, found);
        database.check(found.published());
        reasons.waiting(ReasonCode.CAPTURE_KAFKA_UNREACHABLE, "", publisher::silence);
        long next = found.epoch() + 1;
        LogTail now = end.findUpTo(publisher.open(new LogRecord.Opened(next, writer, here)));
        checkClaim(here, now);
        if (now.epoch() != next || !writer.equals(now.writer())) {
            throw LogClaim.lost(config, now.epoch(), here, now.owner());
        }
        epoch = next;
        tail = now.last();
        publisher.begin(published());
        LOG.atLevel(lineLevel())
                .log(
                        "log taken over: topic {}, epoch {}, last position {}, commit position {}",
                        config.topic(),
                        epoch,
                        lastPosition(),
                        database.print(published()));
    }

    /** Of lines about starting: a halted site starts again at each retry. */
    private Level lineLevel() {
        return reasons.isHalted() ? Level.DEBUG : Level.INFO;
    }

    /**
     * Checks what {@link #open} would reject, and only reads. Beside a running process of the site it finds less.
     *
     * @throws CaptureException as {@link #open}
     */
    public void examine() throws CaptureException, InterruptedException {
        LogTail found = new LogEndReader(config, log).find();
        checkClaim(database.identify(), found);
        database.examine(found.published());
    }

    /**
     * Judges whether the database may be prepared for the log that is there: not when the log is another database's, nor when the
     * slot is gone that knew what is not published yet. Only reads; needs nothing that preparing creates.
     *
     * @return whether the database holds the seal of the log's last writer, so that a new slot may continue the log
     * @throws CaptureException as {@link #open}
     */
    public boolean examineBeforePreparing() throws CaptureException, InterruptedException {
        LogTail found = new LogEndReader(config, log).find();
        if (found.epoch() == 0) {
            return false;
        }
        checkClaim(database.identify(), found);
        database.examineSlot(found.published());
        return database.isSealed(found.published());
    }

    /** The epoch in which this process writes the log; 0 before {@link #open}. */
    public long epoch() {
        return epoch;
    }

    private void checkClaim(LogOwner here, LogTail end) throws CaptureException {
        if (!database.isSealed(end.published())) {
            LogClaim.check(config, here, end.owner());
        }
    }

    private long lastPosition() {
        return tail == null ? 0 : tail.position();
    }

    private long published() {
        return tail == null ? Published.NOTHING : tail.commitPosition();
    }

    /** Reads this site's own changes back; for the window. Usable after {@link #open}. */
    public LocalChanges localChanges() {
        return ownChanges;
    }

    /**
     * Registers this site's published transactions behind a position in the window, as they were before a restart.
     *
     * @param position up to where the peer has been seen to have applied this site's log
     * @throws CaptureException HALT when the log no longer reaches back that far
     */
    public void replay(long position, InFlightWindow window) throws CaptureException, InterruptedException {
        new LogReplay(config, log, offsets, recent).run(position, lastPosition(), window);
        LOG.atLevel(lineLevel())
                .log("window rebuilt: {} transactions replayed after position {}", lastPosition() - position, position);
    }

    /**
     * Begins to read the database's log behind the last record of this site's, and returns when the database sends.
     *
     * @throws CaptureException when the database does not send its log
     */
    public void start(InFlightWindow window, ReadProgress progress) throws CaptureException, InterruptedException {
        if (epoch == 0) {
            throw new IllegalStateException("open() comes before start()");
        }
        LogStamper stamper = tail == null ? new LogStamper(config.site()) : new LogStamper(tail);
        Assembler assembler =
                new Assembler(config, epoch, stamper, window, progress, publisher, listener, System::nanoTime);
        Reasons.Source full = told -> lookAt(window, told);
        windowFull = full;
        reasons.watch(full);
        progress.read(published());
        database.start(published(), assembler, publisher::acknowledgedCommit, this::failed);
        LOG.atLevel(lineLevel())
                .log("capture started: slot {}, from commit position {}", config.slot(), database.print(published()));
    }

    private void lookAt(InFlightWindow window, Reasons told) {
        if (!window.isFull()) {
            told.over(ReasonCode.CAPTURE_WINDOW_FULL);
            return;
        }
        told.waiting(
                ReasonCode.CAPTURE_WINDOW_FULL,
                "",
                () -> "the in-flight window is full (window.keys.max): capture waits until the peer is known to"
                        + " have applied more than position " + window.peerSeenPosition()
                        + " of this site's log, whose last one is "
                        + window.registeredPosition()
                        + ". Check with gemel status why the peer does not apply; a larger window only lets"
                        + " it fall behind further");
    }

    private void failed(CaptureException failure) {
        if (!closed && failed.compareAndSet(false, true)) {
            listener.failed(failure);
        }
    }

    /** The database has vanished: whoever waits for it is cut off, and {@link #close} says nothing to it. Any thread, at once. */
    public void abandon() {
        database.abandon();
    }

    /** Ends everything and releases the slot. A capture thread that waits for space in the window is interrupted. */
    @Override
    public void close() {
        closed = true;
        reasons.unwatch(publisher);
        if (windowFull != null) {
            reasons.unwatch(windowFull);
            reasons.over(ReasonCode.CAPTURE_WINDOW_FULL);
        }
        reasons.over(ReasonCode.CAPTURE_DATABASE_SILENT);
        database.close();
        publisher.close();
        log.close();
    }
}
