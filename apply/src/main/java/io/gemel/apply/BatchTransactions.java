package io.gemel.apply;

import io.gemel.apply.decide.Repairs;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.TargetDatabase;
import io.gemel.apply.target.TargetTransaction;
import io.gemel.conflict.ResolverException;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.conflict.window.WindowTransaction;
import io.gemel.reason.Advice;
import io.gemel.transaction.Marker;
import java.io.UncheckedIOException;
import java.util.function.LongSupplier;

/**
 * The database transactions of the applier: each begins with the marker, and is committed together with what the window must remember.
 * Applying thread only.
 */
final class BatchTransactions {
    private final TargetDatabase database;
    private final InFlightWindow window;
    private final CaptureBarrier barrier;
    private final Repairs repairs;
    private final long rowBytesMax;
    private final LongSupplier nanoTime;

    /** @param rowBytesMax maximum memory in bytes that the values of a changed row may take */
    BatchTransactions(
            TargetDatabase database,
            InFlightWindow window,
            CaptureBarrier barrier,
            Repairs repairs,
            long rowBytesMax,
            LongSupplier nanoTime) {
        this.database = database;
        this.window = window;
        this.barrier = barrier;
        this.repairs = repairs;
        this.rowBytesMax = rowBytesMax;
        this.nanoTime = nanoTime;
    }

    /** What is done in one database transaction behind the marker. */
    @FunctionalInterface
    interface Work {
        void run(TargetTransaction transaction, WindowTransaction window) throws ApplyFailure, InterruptedException;
    }

    /**
     * Applies a batch in one database transaction, and commits it if that went well.
     *
     * @param next what the marker will say, but for how far the peer has been seen
     */
    BatchResult attempt(Batch batch, Marker next, Strategy strategy) throws InterruptedException {
        try {
            repairs.refresh();
            barrier.awaitWithoutLocks();
            return attemptOnce(batch, next, strategy);
        } catch (ApplyFailure e) {
            return new BatchResult.Failed(e);
        } catch (ResolverException e) {
            return new BatchResult.Failed(new ApplyFailure(
                    Kind.HALT,
                    Advice.APPLY_RESOLVER,
                    e.getMessage()
                            + "; fix the resolver, or choose another policy for the table in conflict.policy.*, at"
                            + " both sites, and restart them",
                    e));
        } catch (UncheckedIOException e) {
            return new BatchResult.Failed(
                    new ApplyFailure(Kind.RETRY, "a conflict cannot be looked up now: " + e.getMessage(), e));
        }
    }

    private BatchResult attemptOnce(Batch batch, Marker next, Strategy strategy)
            throws ApplyFailure, InterruptedException {
        try (OpenTransaction open = begin(next)) {
            AttemptContext context = new AttemptContext(
                    open.transaction(),
                    open.group(),
                    barrier,
                    repairs,
                    strategy.lockFirst(),
                    batch.isSingle(),
                    nanoTime);
            BatchAttempt attempt = new BatchAttempt(
                    open.transaction(), open.group(), context, strategy, batch.isSingle(), rowBytesMax);
            batch.forEach(piece -> attempt.apply(repairs.gone().leftOutOf(piece)));
            attempt.finish();
            BatchResult result = context.result();
            if (result instanceof BatchResult.Committed) {
                context.store();
                repairs.end(open.transaction(), next.position());
                open.commit();
                barrier.succeeded();
            }
            return result;
        }
    }

    /**
     * Does something in one database transaction, and commits it.
     *
     * @param next what the marker will say, but for how far the peer has been seen
     */
    void transact(Marker next, Work work) throws ApplyFailure, InterruptedException {
        try (OpenTransaction open = begin(next)) {
            work.run(open.transaction(), open.group());
            open.commit();
        }
    }

    /** Somebody may have altered tables: they are looked up again. */
    void forgetTables() {
        database.forgetTables();
    }

    private OpenTransaction begin(Marker next) throws ApplyFailure {
        WindowTransaction group = new WindowTransaction(window);
        long peerSeen = group.peerSeen(next.peerSeen());
        Marker marker = new Marker(next.position(), next.epoch(), next.version(), peerSeen, next.peerCommit());
        return new OpenTransaction(database.begin(marker), group, peerSeen);
    }

    /** A database transaction with its marker; closing without a commit rolls back. */
    private record OpenTransaction(TargetTransaction transaction, WindowTransaction group, long peerSeen)
            implements AutoCloseable {
        void commit() throws ApplyFailure {
            transaction.note(group.voids());
            transaction.store(group.toStore(peerSeen));
            group.commit(peerSeen, transaction::commit);
        }

        @Override
        public void close() {
            transaction.close();
        }
    }
}
