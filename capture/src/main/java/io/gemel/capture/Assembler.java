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
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.TransactionHeader;
import java.io.UncheckedIOException;
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

    private @Nullable OpenTransaction open; // null between two transactions

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
    public void begin(long id, long commitMicros) {
        if (open != null) {
            throw new IllegalStateException("a transaction began before the one before it ended");
        }
        open = new OpenTransaction(id, commitMicros);
    }

    @Override
    public boolean wantsLocalRows() {
        return open == null || !open.isEcho();
    }

    @Override
    public void row(CapturedRow row) throws CaptureException, InterruptedException {
        OpenTransaction transaction = opened();
        if (row instanceof CapturedRow.Local local) {
            if (!transaction.isEcho()) {
                take(transaction, local.change(), local.bytes());
            }
        } else if (row instanceof CapturedRow.Applied applied) {
            if (transaction.marked(applied.horizon())) {
                stamper.marker(applied.marker());
            } else {
                passedOver(GemelTable.APPLIED);
            }
        } else if (row instanceof CapturedRow.Beat heartbeat) {
            transaction.beat(heartbeat.horizon());
        } else if (row instanceof CapturedRow.Correction correction) {
            // Published like a change of this site's own: behind the marker, so it has seen what was applied with it.
            if (transaction.isEcho()) {
                take(transaction, correction.change(), correction.bytes());
            } else {
                passedOver(GemelTable.EMIT);
            }
        } else if (row instanceof CapturedRow.Stray stray) {
            passedOver(stray.table());
        }
        transaction.rowRead();
    }

    private OpenTransaction opened() {
        if (open == null) {
            throw new IllegalStateException("a row or an end came outside of a transaction");
        }
        return open;
    }

    /** A foreign row says nothing about the applier's work; the rest of its transaction is treated like any other. */
    private static void passedOver(GemelTable table) {
        LOG.warn(
                "a row that something other than Gemel's applier inserted into {} is skipped: revoke its privileges",
                table);
    }

    private void take(OpenTransaction transaction, Change change, long imageBytes)
            throws CaptureException, InterruptedException {
        boolean fits = transaction.bytes() + transaction.size(change, imageBytes) <= partBytesMax;
        if (transaction.hasChanges() && !fits) {
            publishPart(transaction, TransactionHeader.UNKNOWN_COMMIT);
        }
        transaction.add(change, imageBytes);
        if (transaction.bytes() > HELD_BYTES_MAX) {
            publishPart(transaction, TransactionHeader.UNKNOWN_COMMIT);
        }
    }

    @Override
    public void end(long commitPosition) throws CaptureException, InterruptedException {
        OpenTransaction transaction = opened();
        if (stamper.alreadyPublished(commitPosition)) {
            passOver(transaction, commitPosition);
        } else if (transaction.header() != null || transaction.hasChanges()) {
            publishPart(transaction, commitPosition);
            listener.captured(1, transaction.published());
        } else if (transaction.hasHeartbeat()) {
            heartbeat(commitPosition, transaction.commitMicros());
        }
        open = null;
        if (transaction.horizon() != null) {
            progress.horizon(transaction.horizon());
        }
        progress.transaction(transaction.id());
        progress.read(commitPosition);
    }

    private static void passOver(OpenTransaction transaction, long commitPosition) throws CaptureException {
        if (transaction.header() != null) {
            throw CaptureException.retry(
                    "the database's log was read again from before " + commitPosition + ", which is published");
        }
    }

    @Override
    public void passed(long logPosition) {
        if (open == null) {
            progress.read(logPosition);
        }
    }

    private void publishPart(OpenTransaction transaction, long commitPosition)
            throws CaptureException, InterruptedException {
        TransactionHeader header = transaction.header();
        if (header == null) {
            header = stamper.transaction(commitClock.applyAsLong(transaction.commitMicros()));
            transaction.header(header);
        }
        boolean last = commitPosition != TransactionHeader.UNKNOWN_COMMIT;
        TransactionHeader partHeader = last ? committed(header, commitPosition) : header;
        boolean large = transaction.bytes() > partBytesMax;
        LogRecord.Part part = transaction.nextPart(epoch, partHeader, last);
        if (large) {
            publisher.sendInFragments(part, transaction.commitMicros());
            register(part);
            sent(partHeader);
            return;
        }
        RecordPublisher.Prepared prepared = publisher.prepare(part, partHeader, transaction.commitMicros());
        register(part);
        send(prepared, partHeader);
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

    private void heartbeat(long commitPosition, long commitMicros) throws CaptureException, InterruptedException {
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
