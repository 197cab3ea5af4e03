package io.gemel.apply;

import io.gemel.apply.BatchResult.Committed;
import io.gemel.apply.BatchResult.LateConflicts;
import io.gemel.apply.decide.ApplyContext;
import io.gemel.apply.decide.FoldedRows;
import io.gemel.apply.decide.ParkingNotices;
import io.gemel.apply.decide.RepairSteps;
import io.gemel.apply.decide.Repairs;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.JournalEntry;
import io.gemel.apply.target.TargetTransaction;
import io.gemel.conflict.Conflict;
import io.gemel.conflict.ConflictKind;
import io.gemel.conflict.Resolution;
import io.gemel.conflict.window.WindowTransaction;
import io.gemel.reason.Advice;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the changes of one attempt at a batch, and collects what that comes to: conflicts for the journal, changes for the log, and
 * keys that turned out to be contested too late. Applying thread only.
 */
final class AttemptContext implements ApplyContext {
    private final TargetTransaction transaction;
    private final WindowTransaction window;
    private final CaptureBarrier barrier;
    private final RepairSteps repairs;
    private final Set<RowKey> lockFirst;
    private final boolean isSingle;
    private final List<JournalEntry> journal = new ArrayList<>();
    private final List<Change> corrections = new ArrayList<>();
    private final Set<RowKey> lateConflicts = new HashSet<>();
    private boolean submissionsMet;
    private final FoldedRows folded = new FoldedRows();
    private final LongSupplier nanoTime;
    private final long begunNanos;

    /**
     * @param lockFirst rows that were found to be contested by earlier attempts
     * @param isSingle whether the batch is a single transaction
     */
    AttemptContext(
            TargetTransaction transaction,
            WindowTransaction window,
            CaptureBarrier barrier,
            Repairs repairs,
            Set<RowKey> lockFirst,
            boolean isSingle,
            LongSupplier nanoTime) {
        this.transaction = transaction;
        this.window = window;
        this.barrier = barrier;
        this.repairs = new RepairSteps(repairs, window.local());
        this.lockFirst = lockFirst;
        this.isSingle = isSingle;
        this.nanoTime = nanoTime;
        begunNanos = nanoTime.getAsLong();
    }

    /** A row that was written without a look is contested. */
    void conflictedLate(RowKey key) {
        lateConflicts.add(key);
    }

    /** Whether the attempt must be rolled back, since rows were written without a look that are contested. */
    boolean hasLateConflicts() {
        return !lateConflicts.isEmpty();
    }

    /** The result of an attempt that has applied everything. */
    BatchResult result() {
        return hasLateConflicts()
                ? new LateConflicts(lateConflicts, submissionsMet)
                : new Committed(journal()
                        .map(JournalEntry::conflict)
                        .filter(conflict -> conflict.kind() != ConflictKind.ROW_DIVERGED)
                        .toList());
    }

    /** Stores the decisions along with the rows. */
    void store() throws ApplyFailure {
        transaction.journal(journal().toList());
        transaction.emit(
                Stream.concat(repairs.settled().stream(), corrections.stream()).toList());
    }

    private Stream<JournalEntry> journal() {
        return Stream.concat(repairs.journal().stream(), journal.stream());
    }

    /** Rows that stay as they are at this site, whatever comes in this transaction. */
    Set<RowKey> kept() {
        return repairs.kept();
    }

    /** Rows that became something else than the incoming changes say. */
    FoldedRows folded() {
        return folded;
    }

    @Override
    public void awaitCapture() throws ApplyFailure, InterruptedException {
        barrier.awaitWithLocks(transaction.unreadUpTo(), Duration.ofNanos(nanoTime.getAsLong() - begunNanos));
    }

    @Override
    public @Nullable RowImage resolve(StampedChange incoming, @Nullable RowImage current) throws ApplyFailure {
        RowKey key = incoming.change().key();
        if (repairs.kept().contains(key)) {
            repairs.passOver(key, incoming, current);
            return current;
        }
        boolean withdrawn = incoming.origin().equals(window.local());
        if (!withdrawn && !window.rivalsOf(incoming).isEmpty()) {
            submissionMetLate(key, incoming);
            return current; // to be rolled back
        }
        Resolution resolution = repairs.judge(
                key,
                incoming,
                current,
                withdrawn ? window.withdraw(incoming, current) : window.resolve(incoming, current));
        RowImage outcome = take(key, current, resolution);
        folded.note(incoming, current, resolution);
        return outcome;
    }

    /** As {@link #resolve(StampedChange, RowImage)}, for a truncate seen as the delete of one key. */
    @Nullable
    RowImage resolve(RowKey key, StampedChange truncate, @Nullable RowImage current) throws ApplyFailure {
        if (repairs.kept().contains(key)) {
            repairs.passOver(key, truncate, current);
            return current;
        }
        Resolution resolution = repairs.judge(key, truncate, current, window.resolve(key, truncate, current));
        return take(key, current, resolution);
    }

    @Override
    public void decided(JournalEntry entry) {
        journal.add(entry);
    }

    @Override
    public void publish(Change correction) {
        corrections.add(correction);
    }

    private @Nullable RowImage take(RowKey key, @Nullable RowImage current, Resolution resolution) throws ApplyFailure {
        List<Conflict> conflicts = resolution.conflicts();
        if (window.policyFor(key.table()).parks() && areForAPerson(conflicts)) {
            throw new ApplyFailure(
                    Kind.PARK,
                    Advice.APPLY_POLICY,
                    "both sites changed row " + key + ", and its table's policy is park",
                    conflicts.stream()
                            .map(conflict -> new JournalEntry(conflict.park(), current))
                            .toList());
        } else {
            conflicts.forEach(conflict -> journal.add(new JournalEntry(conflict, resolution.outcome())));
        }
        return resolution.outcome();
    }

    /** A settled row is decided, and a truncate is about other rows, too, which no person was asked about. */
    private static boolean areForAPerson(List<Conflict> conflicts) {
        return !conflicts.isEmpty()
                && conflicts.stream()
                        .flatMap(conflict -> Stream.of(conflict.incoming(), conflict.local()))
                        .map(StampedChange::change)
                        .noneMatch(change -> change instanceof Change.Truncate || ParkingNotices.isNotice(change));
    }

    /** Two attempts at one submission have met: that must be decided before any row is written. */
    private void submissionMetLate(RowKey key, StampedChange incoming) throws ApplyFailure {
        submissionsMet = true;
        if (!isSingle || !lockFirst.contains(key)) {
            conflictedLate(key);
            return;
        }
        throw new ApplyFailure(
                Kind.HALT,
                Advice.APPLY_SUBMISSION_NOT_FIRST,
                "the transaction at log position " + incoming.position() + " of " + incoming.origin()
                        + " claims submission " + key
                        + " late or beside another one, and this site has executed it, too. Start the pair anew"
                        + " (docs/operate.md), and make the application claim a submission first, and only one per"
                        + " transaction");
    }
}
