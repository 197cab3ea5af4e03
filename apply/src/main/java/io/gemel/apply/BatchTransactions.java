package io.gemel.apply;

import io.gemel.apply.decide.Repairs;
import io.gemel.apply.log.PieceConsumer;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.JournalEntry;
import io.gemel.apply.target.TargetDatabase;
import io.gemel.apply.target.TargetTransaction;
import io.gemel.conflict.Conflict;
import io.gemel.conflict.ConflictKind;
import io.gemel.conflict.ResolverException;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.conflict.window.WindowTransaction;
import io.gemel.reason.Advice;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowKey;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Applies incoming transactions in one database transaction, by the rule "lock first, then look".
 *
 * <p>Most keys take the fast way: multi-row statements that write only rows which are exactly the before image and whose
 * last writer is accounted for. What they leave untouched, and every key that the window knows a concurrent change of, goes
 * the slow way: lock, wait until capture has read all that was committed before, look into the window, fold. Inserted keys
 * are locked by their insert and looked up afterwards; a surprise there rolls back and sends the key the slow way.
 *
 * <p>Applying thread only.
 */
final class BatchTransactions {
    private final TargetDatabase database;
    private final InFlightWindow window;
    private final CaptureBarrier catchUp;
    private final Repairs repairs;
    private final long rowBytesMax;

    /** Hands out the changes to apply, in log order, in pieces that fit into memory; from the start on every call. */
    @FunctionalInterface
    interface Changes {
        void forEach(PieceConsumer consumer) throws ApplyFailure, InterruptedException;
    }

    /** @param rowBytesMax maximum memory in bytes that the values of a changed row may take */
    BatchTransactions(
            TargetDatabase database, InFlightWindow window, CaptureBarrier catchUp, Repairs repairs, long rowBytesMax) {
        this.rowBytesMax = rowBytesMax;
        this.database = database;
        this.window = window;
        this.catchUp = catchUp;
        this.repairs = repairs;
    }

    /**
     * Applies and commits; when this throws, nothing was committed, or the failure says that this is not known.
     *
     * @param applied what the marker will say, but for how far the peer has been seen
     * @param alone whether the group is a single transaction
     * @return the conflicts that were found
     */
    List<Conflict> apply(Changes changes, Marker applied, boolean alone, Manner manner)
            throws ApplyFailure, InterruptedException {
        repairs.refresh();
        catchUp.awaitWithoutLocks();
        try {
            List<Conflict> conflicts = applyUntilUnsurprised(changes, applied, alone, manner);
            catchUp.succeeded();
            return conflicts;
        } catch (ResolverException e) {
            throw new ApplyFailure(
                    Kind.HALT,
                    Advice.APPLY_RESOLVER,
                    e.getMessage()
                            + "; fix the resolver, or choose another policy for the table in conflict.policy.*, at"
                            + " both sites, and restart them",
                    e);
        } catch (UncheckedIOException e) {
            throw new ApplyFailure(Kind.RETRY, "a conflict cannot be looked up now: " + e.getMessage(), e);
        }
    }

    /** What is done in one database transaction behind the marker. */
    @FunctionalInterface
    interface Work {
        /** False rolls back. */
        boolean run(TargetTransaction transaction, WindowTransaction group) throws ApplyFailure, InterruptedException;
    }

    /**
     * Does something in one database transaction, and commits it together with what the window must remember.
     *
     * @param applied what the marker will say, but for how far the peer has been seen
     * @return what the work returned
     */
    boolean transact(Marker applied, Work work) throws ApplyFailure, InterruptedException {
        WindowTransaction group = new WindowTransaction(window);
        long peerSeen = group.peerSeen(applied.peerSeen());
        Marker marker =
                new Marker(applied.position(), applied.epoch(), applied.version(), peerSeen, applied.peerCommit());
        try (TargetTransaction transaction = database.begin(marker)) {
            if (!work.run(transaction, group)) {
                return false;
            }
            transaction.note(group.voids());
            transaction.store(group.toStore(peerSeen));
            group.commit(peerSeen, transaction::commit);
            return true;
        }
    }

    private List<Conflict> applyUntilUnsurprised(Changes changes, Marker applied, boolean alone, Manner manner)
            throws ApplyFailure, InterruptedException {
        Set<RowKey> slowKeys = new HashSet<>();
        List<Conflict> conflicts = new ArrayList<>();
        while (!transact(applied, (transaction, group) -> {
            AttemptContext steps = new AttemptContext(transaction, group, catchUp, repairs, slowKeys, alone);
            BatchAttempt attempt = new BatchAttempt(transaction, group, steps, slowKeys, alone, manner, rowBytesMax);
            changes.forEach(piece -> attempt.apply(repairs.gone().leftOutOf(piece)));
            attempt.finish();
            if (!slowKeys.addAll(steps.surprises()) && !steps.surprises().isEmpty()) {
                throw new ApplyFailure(Kind.RETRY, "rows are contested repeatedly: " + steps.surprises());
            }
            transaction.journal(steps.journal());
            transaction.emit(steps.corrections());
            repairs.end(transaction, applied.position());
            steps.journal().stream()
                    .map(JournalEntry::conflict)
                    .filter(conflict -> conflict.kind() != ConflictKind.ROW_DIVERGED)
                    .forEach(conflicts::add);
            return steps.surprises().isEmpty();
        })) {
            conflicts.clear();
        }
        return conflicts;
    }
}
