package io.gemel.apply;

import io.gemel.apply.Escalation.Attempt;
import io.gemel.apply.Escalation.Step;
import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.api.ApplyListener;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.JournalEntry;
import io.gemel.conflict.Conflict;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import io.gemel.transaction.Marker;
import io.gemel.transaction.Transaction;
import io.github.resilience4j.core.IntervalFunction;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies a batch, with as many attempts as it takes: the loop between an attempt and {@link Escalation}. Applying thread only. */
final class BatchApplier {
    private static final Logger LOG = LoggerFactory.getLogger(BatchApplier.class);

    private static final IntervalFunction BACK_OFF = IntervalFunction.ofExponentialRandomBackoff(5L, 1.6, 0.5, 500L);

    private final ApplyConfig config;
    private final ApplyListener listener;
    private final BatchTransactions transactions;
    private final Parking parking;
    private final AppliedPosition applied;
    private final Halting halting;
    private final ApplyStatus status;
    private final Reasons reasons;
    private final WorkWatch watch;
    private final Sleep sleep;
    private final SchemaPatience patience = new SchemaPatience();
    private final BatchSize size = new BatchSize();
    private boolean hasApplied;

    /** Sleeps before a further attempt. */
    @FunctionalInterface
    interface Sleep {
        void millis(long millis) throws InterruptedException;
    }

    /** @param applied moved on with each commit */
    BatchApplier(
            ApplyConfig config,
            ApplyListener listener,
            BatchTransactions transactions,
            Parking parking,
            AppliedPosition applied,
            Halting halting,
            ApplyStatus status,
            Reasons reasons,
            WorkWatch watch,
            Sleep sleep) {
        this.config = config;
        this.listener = listener;
        this.transactions = transactions;
        this.parking = parking;
        this.applied = applied;
        this.halting = halting;
        this.status = status;
        this.reasons = reasons;
        this.watch = watch;
        this.sleep = sleep;
    }

    /** Records that a batch should have at most. */
    int batchRecords() {
        return size.records();
    }

    /**
     * Applies and commits a batch, in parts when one of its transactions must be alone.
     *
     * @throws ApplyFailure when only a new start from the stored marker can go on, or this is closed
     */
    void apply(Batch batch) throws ApplyFailure, InterruptedException {
        if (batch.stamps().isEmpty() && !applied.acknowledged(batch)) {
            return;
        }
        boolean whole;
        applied.begins(batch);
        watch.begun();
        try {
            whole = isApplied(batch, applied.after(batch));
        } finally {
            watch.ended();
            reasons.over(ReasonCode.APPLY_RETRYING);
        }
        if (!whole) {
            size.tookApart(batch.stamps().size());
            // Until what has to be alone is: the rest should still share its database transactions.
            for (Batch half : batch.halves()) {
                apply(half);
            }
        }
    }

    /** False when nothing is done, and the batch must be split. */
    private boolean isApplied(Batch batch, Marker next) throws ApplyFailure, InterruptedException {
        Step step = Escalation.first(batch, parking.touches(batch), next.position());
        while (true) {
            switch (step.action()) {
                case DONE -> {
                    committed(batch, next, step.conflicts());
                    if (batch.mayHaveNotices()) {
                        parking.load();
                    }
                    return true;
                }
                case ATTEMPT -> {}
                case REFRESH_CATALOG -> transactions.forgetTables();
                case BACK_OFF -> backOff(step);
                case HALT -> halting.haltOrThrow(step.why());
                case AWAIT_SCHEMA -> {
                    if (!patience.isWorthAnother(String.valueOf(step.why().getMessage()))) {
                        park(batch, next, step.why());
                        return true;
                    }
                    halting.haltOrThrow(step.why());
                }
                case PARK -> {
                    park(batch, next, step.why());
                    return true;
                }
                case SPLIT -> {
                    return false;
                }
                case GIVE_UP -> throw step.why();
            }
            Attempt attempt = step.next();
            BatchResult result = transactions.attempt(batch, next, attempt.strategy());
            step = Escalation.next(result, attempt, batch);
        }
    }

    private void backOff(Step step) throws ApplyFailure, InterruptedException {
        ApplyFailure why = step.why();
        if (status.closed()) {
            throw why;
        }
        String text = String.valueOf(why.getMessage());
        if (why.waitsFor() == ReasonCode.APPLY_LOCK_WAIT) {
            watch.lockTimedOut(text);
        } else if (why.waitsFor() == null) {
            reasons.waiting(
                    ReasonCode.APPLY_RETRYING,
                    "",
                    () -> "the same transactions of " + config.peer() + " are retried repeatedly: " + text);
        }
        status.retrying("retrying: " + text);
        listener.retried(text);
        sleep.millis(BACK_OFF.apply(step.next().failures() + 1));
    }

    private void park(Batch batch, Marker next, ApplyFailure why) throws ApplyFailure, InterruptedException {
        Transaction transaction = batch.wholeTransaction().orElseThrow();
        String reason = String.valueOf(why.getMessage());
        LOG.warn(
                "{} parks the transaction at log position {} of {}: {}",
                config.site(),
                transaction.header().position(),
                config.peer(),
                reason);
        parking.park(transaction, next, reason, why.journal());
        committed(
                batch, next, why.journal().stream().map(JournalEntry::conflict).toList());
        parking.load();
    }

    private void committed(Batch batch, Marker next, List<Conflict> conflicts) {
        applied.committed(next);
        status.running();
        int transactionCount = batch.stamps().size();
        if (transactionCount == 0) {
            return; // heartbeats only
        }
        if (!hasApplied) {
            hasApplied = true;
            LOG.atLevel(status.lineLevel())
                    .log("first apply: {} transactions, up to position {}", transactionCount, applied.position());
        }
        size.wentWell();
        listener.applied(transactionCount, batch.count(), conflicts);
    }
}
