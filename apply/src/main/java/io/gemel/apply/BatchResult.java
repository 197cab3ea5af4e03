package io.gemel.apply;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.conflict.Conflict;
import io.gemel.transaction.RowKey;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Result of one attempt at a batch, which is one database transaction. */
sealed interface BatchResult {
    /** Calls the function for its kind. */
    <T> T match(Function<Committed, T> committed, Function<LateConflicts, T> lateConflicts, Function<Failed, T> failed);

    /**
     * All of it is in the database.
     *
     * @param conflicts that were decided, and are in the journal
     */
    record Committed(List<Conflict> conflicts) implements BatchResult {
        @Override
        public <T> T match(
                Function<Committed, T> committed,
                Function<LateConflicts, T> lateConflicts,
                Function<Failed, T> failed) {
            return committed.apply(this);
        }
    }

    /**
     * Rolled back: rows turned out to be contested after they had been written without a look.
     *
     * @param keys of these rows, which must be locked before they are looked up
     * @param ofSubmissions whether a submission is among them that both sites executed
     */
    record LateConflicts(Set<RowKey> keys, boolean ofSubmissions) implements BatchResult {
        @Override
        public <T> T match(
                Function<Committed, T> committed,
                Function<LateConflicts, T> lateConflicts,
                Function<Failed, T> failed) {
            return lateConflicts.apply(this);
        }
    }

    /** Rolled back, or with {@link ApplyFailure.Kind#RESTART} perhaps not. */
    record Failed(ApplyFailure why) implements BatchResult {
        @Override
        public <T> T match(
                Function<Committed, T> committed,
                Function<LateConflicts, T> lateConflicts,
                Function<Failed, T> failed) {
            return failed.apply(this);
        }
    }
}
