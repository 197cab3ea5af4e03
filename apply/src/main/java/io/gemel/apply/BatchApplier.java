package io.gemel.apply;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.api.ApplyListener;
import io.gemel.apply.decide.Repairs;
import io.gemel.apply.postgres.FailureClassifier;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.Divergence;
import io.gemel.apply.target.JournalEntry;
import io.gemel.apply.target.TargetDatabase;
import io.gemel.conflict.Conflict;
import io.gemel.reason.Advice;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import io.gemel.transaction.Marker;
import io.gemel.transaction.Transaction;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies a group, with retries if necessary: again, with deferred unique keys, parked, or halted until someone has
 * fixed the problem. Applying thread only.
 */
final class BatchApplier {
    private static final Logger LOG = LoggerFactory.getLogger(BatchApplier.class);

    /** Attempts at one group before the applier reports that it is halted; it continues to retry. */
    private static final int TRIES_MAX = 20;

    /** Failures of a transaction that must not be those of a whole group. */
    private static final Set<Kind> ALONE_KINDS = EnumSet.of(Kind.UNIQUE, Kind.ALONE, Kind.PARK, Kind.SCHEMA);

    /** Failures that a transaction is set aside for, sooner or later. */
    private static final Set<Kind> PARK_KINDS = EnumSet.of(Kind.PARK, Kind.SCHEMA);

    private static final IntervalFunction BACK_OFF = IntervalFunction.ofExponentialRandomBackoff(5L, 1.6, 0.5, 500L);

    private final ApplyConfig config;
    private final ApplyListener listener;
    private final TargetDatabase database;
    private final BatchTransactions groupApplier;
    private final Parking parking;
    private final Repairs repairs;
    private final ApplyStatus status;
    private final SchemaPatience patience = new SchemaPatience();
    private final Reasons reasons;
    private final WorkWatch watch;
    private final Retry retry;

    BatchApplier(
            ApplyConfig config,
            ApplyListener listener,
            TargetDatabase database,
            BatchTransactions groupApplier,
            Parking parking,
            Repairs repairs,
            ApplyStatus status,
            Reasons reasons,
            WorkWatch watch) {
        this.config = config;
        this.listener = listener;
        this.database = database;
        this.groupApplier = groupApplier;
        this.parking = parking;
        this.repairs = repairs;
        this.status = status;
        this.reasons = reasons;
        this.watch = watch;
        RetryConfig often = RetryConfig.custom()
                .maxAttempts(TRIES_MAX)
                .intervalFunction(BACK_OFF)
                .retryOnException(this::isWorthRetrying)
                .build();
        retry = Retry.of("gemel-apply-" + config.site(), often);
        retry.getEventPublisher().onRetry(event -> retrying(event.getLastThrowable()));
    }

    private void retrying(@Nullable Throwable cause) {
        String why = cause == null ? "" : String.valueOf(cause.getMessage());
        ReasonCode waitsFor = cause instanceof ApplyFailure failure ? failure.waitsFor() : null;
        if (waitsFor == ReasonCode.APPLY_LOCK_WAIT) {
            watch.lockTimedOut(why);
        } else if (waitsFor == null) {
            reasons.waiting(
                    ReasonCode.APPLY_RETRYING,
                    "",
                    () -> "the same transactions of " + config.peer() + " are retried repeatedly: " + why);
        }
        status.retrying("retrying: " + why);
        listener.retried(why);
    }

    /**
     * Applies a group, or parks it when it is a single transaction that has to be.
     *
     * @return the conflicts found; null when nothing was done because one of several transactions must come alone
     */
    @Nullable
    List<Conflict> apply(Batch group, Marker next) throws ApplyFailure, InterruptedException {
        watch.begun();
        try {
            return applyOrPark(group, next);
        } finally {
            watch.ended();
            reasons.over(ReasonCode.APPLY_RETRYING);
        }
    }

    private @Nullable List<Conflict> applyOrPark(Batch group, Marker next)
            throws ApplyFailure, InterruptedException {
        boolean parks = parking.holds(group);
        if (!group.isSingle() && (parks || group.mayHaveNotices())) {
            return null;
        }
        Transaction transaction = group.wholeTransaction();
        if (parks) {
            if (transaction == null) {
                throw new ApplyFailure(
                        Kind.HALT,
                        Advice.APPLY_PARKED_ROW_LARGE,
                        "the transaction at log position " + next.position()
                                + " touches a row of a parked one and is too"
                                + " large to be parked as well; decide about that one with 'gemel parked'");
            }
            return park(
                    transaction,
                    next,
                    new ApplyFailure(Kind.PARK, Advice.APPLY_PARKED_ROW, "touches a row of a parked transaction"));
        }
        List<Conflict> conflicts = applyUntilDone(group, next);
        if (group.mayHaveNotices()) {
            parking.load();
        }
        return conflicts;
    }

    private List<Conflict> park(Transaction transaction, Marker next, ApplyFailure why)
            throws ApplyFailure, InterruptedException {
        String reason = String.valueOf(why.getMessage());
        LOG.warn(
                "{} parks the transaction at log position {} of {}: {}",
                config.site(),
                transaction.header().position(),
                config.peer(),
                reason);
        parking.park(transaction, next, reason, why.journal());
        return why.journal().stream().map(JournalEntry::conflict).toList();
    }

    private @Nullable List<Conflict> applyUntilDone(Batch group, Marker next)
            throws ApplyFailure, InterruptedException {
        boolean single = group.isSingle();
        Manner manner = Manner.USUALLY;
        ApplyFailure refused = null; // why nothing but absent rows might do
        boolean fresh = false;
        while (true) {
            try {
                return applyWithRetries(group, next, single, manner);
            } catch (ApplyFailure e) {
                if (ALONE_KINDS.contains(e.kind()) && !single) {
                    return null;
                }
                if (e.waitsFor() != null && !status.closed()) {
                    continue; // as long as it takes: the reason names it
                }
                Transaction transaction = group.wholeTransaction();
                boolean parks = PARK_KINDS.contains(e.kind());
                if (!fresh && mayBeOutOfDate(e)) {
                    fresh = true;
                    database.forgetTables();
                } else if (e.kind() == Kind.UNIQUE && manner == Manner.USUALLY) {
                    manner = Manner.CAREFULLY;
                } else if (parks && manner != Manner.BY_TABLE && transaction != null && mayBeAbsent(transaction, e)) {
                    manner = Manner.BY_TABLE;
                    refused = e;
                } else if (transaction != null && (parks || refused != null)) {
                    ApplyFailure why = refused == null ? e : refused;
                    if (why.kind() == Kind.PARK || !patience.isWorthAnother(String.valueOf(why.getMessage()))) {
                        return park(transaction, next, why);
                    }
                    haltOrThrow(why);
                    manner = Manner.USUALLY;
                    refused = null;
                } else {
                    haltOrThrow(e);
                    manner = Manner.USUALLY; // what was in the way may be gone
                }
            }
        }
    }

    /** Somebody may have altered a table since it was looked up; a conflict that is left to a person is none of the table's. */
    private static boolean mayBeOutOfDate(ApplyFailure failure) {
        return (PARK_KINDS.contains(failure.kind()) || failure.kind() == Kind.HALT)
                && failure.journal().isEmpty();
    }

    /** Returns whether a row must be absent in the end that could not even be locked by inserting it. */
    private static boolean mayBeAbsent(Transaction transaction, ApplyFailure refused) {
        return refused.journal().isEmpty() && transaction.changes().stream().anyMatch(change -> change.after() == null);
    }

    private List<Conflict> applyWithRetries(Batch group, Marker next, boolean single, Manner manner)
            throws ApplyFailure, InterruptedException {
        try {
            return retry.executeCallable(() -> groupApplier.apply(group, next, single, manner));
        } catch (ApplyFailure | InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw FailureClassifier.classify(e);
        }
    }

    private boolean isWorthRetrying(Throwable error) {
        return error instanceof ApplyFailure failure && failure.kind() == Kind.RETRY && !status.closed();
    }

    /** Waits as halted and returns for a retry; rethrows failures that only a new applier can fix. */
    void haltOrThrow(ApplyFailure failure) throws ApplyFailure, InterruptedException {
        if (failure.kind() == Kind.RESTART || status.closed()) {
            throw failure;
        }
        String why = String.valueOf(failure.getMessage());
        Divergence divergence = failure.divergence();
        if (divergence != null) {
            repairs.offer(divergence);
        }
        status.halt(why, config.haltRetryInterval());
        repairs.halted();
        database.forgetTables();
    }
}
