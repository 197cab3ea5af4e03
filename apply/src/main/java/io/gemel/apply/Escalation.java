package io.gemel.apply;

import io.gemel.apply.BatchResult.LateConflicts;
import io.gemel.apply.Strategy.Mode;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.conflict.Conflict;
import io.gemel.reason.Advice;
import io.gemel.transaction.RowKey;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what is done with a batch that did not go well: the same again, in another way, in two halves, parked, or halted until
 * someone has fixed the cause. Pure.
 */
final class Escalation {
    /** Attempts in a row before the applier reports that it is halted; it continues to try. */
    static final int TRIES_MAX = 20;

    private Escalation() {}

    /** What is done next. */
    enum Action {
        /** Nothing: it is committed. */
        DONE,
        /** Attempt. */
        ATTEMPT,
        /** Attempt after the catalog has been read again. */
        REFRESH_CATALOG,
        /** Attempt after a short pause. */
        BACK_OFF,
        /** Report it, and attempt when {@code halt.retry.interval} is over or an operator resumes. */
        HALT,
        /** As {@link #HALT}, a few times, since the schema of this site may soon be like the peer's; then as {@link #PARK}. */
        AWAIT_SCHEMA,
        /** Apply one half after the other. */
        SPLIT,
        /** Set the transaction aside for a person. */
        PARK,
        /** Only a new start with the marker as it is stored can go on. */
        GIVE_UP
    }

    /**
     * The next step with a batch.
     *
     * @param next the attempt that follows, where one does
     * @param reason why it is not simply attempted or done
     * @param conflicts that were decided, when it is done
     */
    record Step(Action action, Attempt next, Optional<ApplyFailure> reason, List<Conflict> conflicts) {
        private Step(Action action, Attempt next) {
            this(action, next, Optional.empty(), List.of());
        }

        private Step(Action action, Attempt next, ApplyFailure why) {
            this(action, next, Optional.of(why), List.of());
        }

        ApplyFailure why() {
            return reason.orElseThrow();
        }
    }

    /**
     * One attempt, and what it knows of those before it.
     *
     * @param failures attempts that have failed in a row in the same way, and may succeed without a change
     * @param catalogRefreshed whether the catalog was read again because of this batch
     * @param refused why the database accepts the rows in no other way than perhaps this one; null when there is no such reason
     */
    record Attempt(
            Strategy strategy,
            int failures,
            boolean catalogRefreshed,
            @Nullable ApplyFailure refused) {
        static final Attempt FIRST = new Attempt(Strategy.FIRST, 0, false, null);

        private Attempt again() {
            return new Attempt(strategy, (failures + 1) % TRIES_MAX, catalogRefreshed, refused);
        }

        private Attempt lockingFirst(Set<RowKey> keys) {
            return new Attempt(strategy.lockingFirst(keys), failures, catalogRefreshed, refused);
        }

        private Attempt deferringUnique() {
            return new Attempt(strategy.in(Mode.DEFER_UNIQUE), 0, catalogRefreshed, refused);
        }

        private Attempt withFreshCatalog() {
            return new Attempt(strategy, 0, true, refused);
        }

        /** Locks tables, because the rows were refused. */
        private Attempt lockingTables(ApplyFailure why) {
            return new Attempt(strategy.in(Mode.LOCK_TABLES), 0, catalogRefreshed, why);
        }

        /** From the beginning: what was in the way may be gone. */
        private Attempt anew() {
            return new Attempt(Strategy.FIRST, 0, catalogRefreshed, null);
        }
    }

    /**
     * Before the first attempt.
     *
     * @param touchesParked whether the batch changes a row of a parked transaction
     * @param position of the log, up to which the batch goes
     */
    static Step first(BatchFacts batch, boolean touchesParked, long position) {
        if (!batch.isSingle() && (touchesParked || batch.mayHaveNotices())) {
            return new Step(Action.SPLIT, Attempt.FIRST);
        }
        if (!touchesParked) {
            return new Step(Action.ATTEMPT, Attempt.FIRST);
        }
        if (batch.isParkable()) {
            return new Step(
                    Action.PARK,
                    Attempt.FIRST,
                    new ApplyFailure(Kind.PARK, Advice.APPLY_PARKED_ROW, "touches a row of a parked transaction"));
        }
        // Not halted in place: it must be noticed when a person decides about the parked one.
        return new Step(
                Action.GIVE_UP,
                Attempt.FIRST,
                new ApplyFailure(
                        Kind.HALT,
                        Advice.APPLY_PARKED_ROW_LARGE,
                        "the transaction at log position " + position
                                + " touches a row of a parked one and is too"
                                + " large to be parked as well; decide about that one with 'gemel parked'"));
    }

    /** After an attempt. */
    static Step next(BatchResult result, Attempt made, BatchFacts batch) {
        return result.match(
                committed -> new Step(Action.DONE, made, Optional.empty(), committed.conflicts()),
                late -> lockFirst(late, made, batch),
                failed -> after(failed.why(), made, batch));
    }

    private static Step lockFirst(LateConflicts late, Attempt made, BatchFacts batch) {
        if (late.ofSubmissions() && !batch.isSingle()) {
            return new Step(Action.SPLIT, made); // which of the two is superseded is decided before any row is written
        }
        if (made.strategy().lockFirst().containsAll(late.keys())) {
            return after(new ApplyFailure(Kind.RETRY, "rows are contested repeatedly: " + late.keys()), made, batch);
        }
        return new Step(Action.ATTEMPT, made.lockingFirst(late.keys()));
    }

    private static Step after(ApplyFailure why, Attempt made, BatchFacts batch) {
        return switch (why.kind()) {
            case RESTART -> new Step(Action.GIVE_UP, made, why);
            case RETRY ->
                mayBackOff(why, made) ? new Step(Action.BACK_OFF, made.again(), why) : stuck(why, made, batch);
            case TOO_LARGE -> batch.isSingle() ? stuck(why, made, batch) : new Step(Action.SPLIT, made);
            case UNIQUE -> batch.isSingle() ? deferUnique(why, made, batch) : new Step(Action.SPLIT, made);
            case PARK, SCHEMA -> batch.isSingle() ? refused(why, made, batch) : new Step(Action.SPLIT, made);
            case HALT -> mayBeOutOfDate(why, made) ? refreshCatalog(why, made) : stuck(why, made, batch);
        };
    }

    /** What has a reason of its own, which names it, is waited for as long as it takes. */
    private static boolean mayBackOff(ApplyFailure why, Attempt made) {
        return why.waitsFor() != null || made.failures() + 1 < TRIES_MAX;
    }

    private static Step deferUnique(ApplyFailure why, Attempt made, BatchFacts batch) {
        return made.strategy().mode() == Mode.IN_BULK
                ? new Step(Action.ATTEMPT, made.deferringUnique())
                : stuck(why, made, batch);
    }

    private static Step refused(ApplyFailure why, Attempt made, BatchFacts batch) {
        if (mayBeOutOfDate(why, made)) {
            return refreshCatalog(why, made);
        }
        boolean mayNeedTables = why.journal().isEmpty() && batch.isParkable() && batch.leavesRowsAbsent();
        if (mayNeedTables && made.strategy().mode() != Mode.LOCK_TABLES) {
            return new Step(Action.ATTEMPT, made.lockingTables(why));
        }
        return batch.isParkable() ? park(why, made) : halt(why, made);
    }

    /** Somebody may have altered a table since it was looked up; a conflict that is left to a person is none of the table's. */
    private static boolean mayBeOutOfDate(ApplyFailure why, Attempt made) {
        return !made.catalogRefreshed() && why.journal().isEmpty();
    }

    private static Step refreshCatalog(ApplyFailure why, Attempt made) {
        return new Step(Action.REFRESH_CATALOG, made.withFreshCatalog(), why);
    }

    /** No other way is left. */
    private static Step stuck(ApplyFailure why, Attempt made, BatchFacts batch) {
        return made.refused() != null && batch.isParkable() ? park(why, made) : halt(why, made);
    }

    /** For the first reason: locking tables was worth a try only. */
    private static Step park(ApplyFailure why, Attempt made) {
        ApplyFailure first = Objects.requireNonNullElse(made.refused(), why);
        return first.kind() == Kind.SCHEMA
                ? new Step(Action.AWAIT_SCHEMA, made.anew(), first)
                : new Step(Action.PARK, made, first);
    }

    private static Step halt(ApplyFailure why, Attempt made) {
        return new Step(Action.HALT, made.anew(), why);
    }
}
