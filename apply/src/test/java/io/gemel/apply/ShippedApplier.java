package io.gemel.apply;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.api.ApplyListener;
import io.gemel.apply.decide.Repairs;
import io.gemel.apply.log.Incoming;
import io.gemel.apply.log.PieceConsumer;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.TargetDatabase;
import io.gemel.conflict.log.ReadProgress;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.reason.Reason;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.ReasonListener;
import io.gemel.reason.Reasons;
import io.gemel.reason.RowRoom;
import io.gemel.transaction.Marker;
import io.gemel.transaction.SiteId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The applier as it ships, put together as {@link Applier} does it, but for its thread, its reader of the peer's log, its waits and its
 * clock: those are a simulation's. To park or to halt is a failure here: nothing in a simulation is a person's to fix.
 */
public final class ShippedApplier {
    private static final long ROW_BYTES_MAX = 1 << 20;
    private static final Duration A_WHILE = Duration.ofSeconds(1);

    private final BatchApplier batches;
    private final Parking parking;

    /** What takes time. */
    public interface Waits {
        /** See {@link ReadProgress#awaitRead(long, Set, Duration)}. */
        boolean awaitRead(long position, Set<Long> transactions, Duration limit);

        /** A pause before the next attempt. */
        void pause();

        /** A clock that only measures. */
        long nanoTime();
    }

    /** Reads the changes of a large transaction again. */
    @FunctionalInterface
    public interface LargeReader {
        void reread(Incoming.Spilled large, PieceConsumer consumer) throws ApplyFailure, InterruptedException;
    }

    /** @param marker as the database has it */
    public ShippedApplier(
            SiteId site,
            SiteId peer,
            TargetDatabase database,
            InFlightWindow window,
            ReadProgress progress,
            Waits waits,
            Marker marker) {
        ApplyConfig config = config(site, peer);
        Reasons reasons = new Reasons(() -> Instant.EPOCH, waits::nanoTime, new Halts());
        ApplyStatus status = new ApplyStatus(reasons);
        CaptureBarrier captured =
                new CaptureBarrier(database, window, progress, waits::awaitRead, config.catchUpTimeout(), reasons);
        Repairs repairs = new Repairs(database);
        BatchTransactions transactions = new BatchTransactions(
                database, window, captured, repairs, config.rowRoom().bytesMax(), waits::nanoTime);
        parking = new Parking(site, config.parkedMax(), database, transactions, repairs, reasons);
        ApplyListener listener = new SilentListener();
        batches = new BatchApplier(
                config,
                listener,
                transactions,
                parking,
                new AppliedPosition(marker, window, waits::nanoTime),
                new Halting(config, database, repairs, status),
                status,
                reasons,
                new WorkWatch(site.name(), database, reasons, listener, Duration.ZERO, waits::nanoTime),
                millis -> waits.pause());
        status.starting();
    }

    private static ApplyConfig config(SiteId site, SiteId peer) {
        return new ApplyConfig(
                site,
                peer,
                "",
                "",
                "",
                table -> true,
                table -> Optional.empty(),
                Map.of(),
                "",
                Integer.MAX_VALUE,
                Long.MAX_VALUE,
                RowRoom.of(ROW_BYTES_MAX),
                A_WHILE,
                Duration.ZERO,
                A_WHILE,
                A_WHILE,
                Duration.ZERO,
                0,
                A_WHILE,
                A_WHILE,
                A_WHILE);
    }

    /** Before the first batch. */
    public void start() throws ApplyFailure {
        parking.load();
    }

    /** Records that a batch should have at most. */
    public int batchRecords() {
        return batches.batchRecords();
    }

    /** Applies what was received, in as many transactions and attempts as it takes. */
    public void apply(List<Incoming> received, LargeReader log) throws ApplyFailure, InterruptedException {
        batches.apply(new Batch(log::reread, received));
    }

    private static final class Halts implements ReasonListener {
        @Override
        public void appeared(Reason reason) {
            if (reason.code() == ReasonCode.APPLY_HALTED) {
                throw new IllegalStateException("the applier halts: " + reason.text());
            }
        }

        @Override
        public void gone(Reason reason) {}
    }
}
