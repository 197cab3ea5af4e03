package io.gemel.capture;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.capture.api.CaptureListener;
import io.gemel.capture.log.RecordPublisher;
import io.gemel.capture.source.CapturedRow;
import io.gemel.capture.source.TransactionSink;
import io.gemel.conflict.log.LogStamper;
import io.gemel.conflict.log.ReadProgress;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes log records of a database's log: stamps each local transaction, registers it in the window, publishes it, and learns
 * from markers and heartbeats in between. Knows neither Debezium nor Kafka. One thread.
 *
 * <p>The order is what the applier relies on: a change can be read back before the window knows of it, the window knows of it
 * before the progress says that its commit was read.
 */
final class Assembler implements TransactionSink {
    /** Without any record for this long, a heartbeat goes out to move the database's slot forward. */
    static final long IDLE_HEARTBEAT_NANOS = 1_000_000_000L;

    /** A row of more bytes is published before the next one is read, rather than held until the commit. */
    static final long HELD_BYTES_MAX = 16L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Assembler.class);
    private static final int NAME_BYTES_MAX = 3; // of a character

    private final long epoch;
    private final LogStamper stamper;
    private final InFlightWindow window;
    private final ReadProgress progress;
    private final RecordPublisher publisher;
    private final CaptureListener listener;
    private final int partBytesMax;
    private final long heartbeatNanos;
    private final LongUnaryOperator commitClock;
    private final LongSupplier nanoTime;

    private boolean open;
    private boolean echo;
    private boolean beat;
    private boolean first;
    private long commitMicros;
    private @Nullable String horizon;
    private @Nullable TransactionHeader header;
    private int parts;
    private int published;
    private List<Change> changes = new ArrayList<>();
    private final Set<TableShape> shapes = new HashSet<>(); // of these changes
    private long bytes;

    private long seenPublished;
    private long lastPublishedNanos;

    Assembler(
            CaptureConfig config,
            long epoch,
            LogStamper stamper,
            InFlightWindow window,
            ReadProgress progress,
            RecordPublisher publisher,
            CaptureListener listener,
            LongSupplier nanoTime) {
        this.epoch = epoch;
        this.stamper = stamper;
        this.window = window;
        this.progress = progress;
        this.publisher = publisher;
        this.listener = listener;
        this.partBytesMax = config.transactionPartBytesMax();
        this.heartbeatNanos = config.heartbeatInterval().toNanos();
        this.commitClock = config.commitClock();
        this.nanoTime = nanoTime;
        this.seenPublished = stamper.heartbeat(TransactionHeader.UNKNOWN_COMMIT).seen();
        this.lastPublishedNanos = nanoTime.getAsLong();
    }

    @Override
    public void begin(long transactionCommitMicros) {
        if (open) {
            throw new IllegalStateException("a transaction began before the one before it ended");
        }
        open = true;
        echo = false;
        beat = false;
        first = true;
        commitMicros = transactionCommitMicros;
        horizon = null;
        header = null;
        parts = 0;
        published = 0;
    }

    @Override
    public boolean wantsLocalRows() {
        return !echo;
    }

    @Override
    public void row(CapturedRow row) throws CaptureException, InterruptedException {
        if (!open) {
            throw new IllegalStateException("a row came outside of a transaction");
        }
        if (row instanceof CapturedRow.Local local) {
            if (!echo) {
                take(local.change(), local.bytes());
            }
        } else if (row instanceof CapturedRow.Applied applied) {
            applied(applied);
        } else if (row instanceof CapturedRow.Beat heartbeat) {
            beat = true;
            horizon = heartbeat.horizon();
        } else if (row instanceof CapturedRow.Correction correction) {
            correction(correction);
        } else if (row instanceof CapturedRow.Stray stray) {
            passedOver(stray.table());
        }
        first = false;
    }

    /** Published like a change of this site's own: behind the marker, so it has seen what was applied with it. */
    private void correction(CapturedRow.Correction correction) throws CaptureException, InterruptedException {
        if (!echo) {
            passedOver("gemel.emit");
            return;
        }
        take(correction.change(), correction.bytes());
    }

    /** A foreign row says nothing about the applier's work; the rest of its transaction is treated like any other. */
    private static void passedOver(String table) {
        LOG.warn(
                "a row that something other than Gemel's applier inserted into {} is skipped: revoke its privileges",
                table);
    }

    private void take(Change change, long imageBytes) throws CaptureException, InterruptedException {
        long size = imageBytes + (shapes.contains(change.shape()) ? 0 : bytes(change.shape()));
        if (!changes.isEmpty() && bytes + size > partBytesMax) {
            publishPart(TransactionHeader.UNKNOWN_COMMIT);
            size = imageBytes + bytes(change.shape());
        }
        shapes.add(change.shape());
        changes.add(change);
        bytes += size;
        if (bytes > HELD_BYTES_MAX) {
            publishPart(TransactionHeader.UNKNOWN_COMMIT);
        }
    }

    /** About what a shape takes in a record, or more. */
    private static long bytes(TableShape shape) {
        long names = shape.columns().stream().mapToLong(String::length).sum();
        return NAME_BYTES_MAX * (names + 2L * shape.columns().size());
    }

    private void applied(CapturedRow.Applied applied) throws CaptureException {
        if (!first) {
            passedOver("gemel.applied");
            return;
        }
        echo = true;
        stamper.marker(applied.marker());
        horizon = applied.horizon();
    }

    @Override
    public void end(long commitPosition) throws CaptureException, InterruptedException {
        if (stamper.alreadyPublished(commitPosition)) {
            passOver(commitPosition);
        } else if (header != null || !changes.isEmpty()) {
            publishPart(commitPosition);
            listener.captured(1, published);
        } else if (beat) {
            heartbeat(commitPosition);
        }
        open = false;
        if (horizon != null) {
            progress.horizon(horizon);
        }
        progress.read(commitPosition);
    }

    private void passOver(long commitPosition) throws CaptureException {
        if (header != null) {
            throw CaptureException.retry(
                    "the database's log was read again from before " + commitPosition + ", which is published");
        }
        forgetChanges();
    }

    private void forgetChanges() {
        changes = new ArrayList<>();
        shapes.clear();
        bytes = 0;
    }

    @Override
    public void passed(long logPosition) {
        if (!open) {
            progress.read(logPosition);
        }
    }

    private void publishPart(long commitPosition) throws CaptureException, InterruptedException {
        if (header == null) {
            header = stamper.transaction(commitClock.applyAsLong(commitMicros));
        }
        boolean last = commitPosition != TransactionHeader.UNKNOWN_COMMIT;
        TransactionHeader partStamp = last ? committed(header, commitPosition) : header;
        LogRecord.Part part = new LogRecord.Part(epoch, partStamp, parts++, last, published, changes);
        boolean large = bytes > partBytesMax;
        forgetChanges();
        published += part.changes().size();
        if (large) {
            publisher.sendInFragments(part, commitMicros);
            register(part);
            sent(partStamp);
            return;
        }
        RecordPublisher.Prepared prepared = publisher.prepare(part, partStamp, commitMicros);
        register(part);
        send(prepared, partStamp);
    }

    private void register(LogRecord.Part part) throws CaptureException, InterruptedException {
        try {
            window.register(part.header(), part.firstChange(), part.changes());
        } catch (UncheckedIOException e) {
            throw CaptureException.noRoom(e);
        }
    }

    private static TransactionHeader committed(TransactionHeader header, long commitPosition) {
        return new TransactionHeader(
                header.origin(), header.position(), commitPosition, header.version(), header.seen());
    }

    private void heartbeat(long commitPosition) throws CaptureException, InterruptedException {
        TransactionHeader now = stamper.heartbeat(commitPosition);
        long quiet = nanoTime.getAsLong() - lastPublishedNanos;
        boolean due = quiet >= IDLE_HEARTBEAT_NANOS || (now.seen() > seenPublished && quiet >= heartbeatNanos);
        if (progress.takeAskedHeartbeat(commitPosition) || due) {
            send(publisher.prepare(new LogRecord.Heartbeat(epoch, now), now, commitMicros), now);
        }
    }

    private void send(RecordPublisher.Prepared prepared, TransactionHeader sent)
            throws CaptureException, InterruptedException {
        publisher.send(prepared);
        sent(sent);
    }

    private void sent(TransactionHeader sent) {
        seenPublished = sent.seen();
        lastPublishedNanos = nanoTime.getAsLong();
    }
}
