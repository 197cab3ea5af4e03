package io.gemel.conflict;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;

/**
 * How two concurrent changes of one row are resolved: one step of a fold and the order in which changes are folded.
 * Both must be pure functions of replicated data: a winner never depends on the site that computes it. Steps need not
 * commute, because both sites fold the same changes in the same order. Any thread.
 */
public interface ConflictPolicy {
    /** As an operator writes it in the configuration and reads it in the journal. */
    String name();

    /**
     * The ordinary columns of a row after an insert or update found the row present.
     *
     * @param row the row as the fold left it
     * @param change an insert or update
     * @param contested false when the change's site had seen everything that made {@code row}
     */
    Step step(RowImage row, StampedChange change, boolean contested);

    /**
     * Returns whether every step replaces the row. Then the last change of a fold decides alone, and the others are not
     * needed.
     */
    default boolean keepsOnlyTheLast() {
        return false;
    }

    /**
     * Returns whether {@code earlier} comes before {@code later} in the fold. Called only for changes of different
     * sites; must be a total order that never contradicts what a site had seen.
     */
    default boolean precedes(StampedChange earlier, StampedChange later) {
        return earlier.header().version().compareTo(later.header().version()) < 0;
    }

    /** What a step did to the state that it met. */
    enum Effect {
        /** The change's image took the place of the row. */
        REPLACES,
        /** Row and change both contribute to the new image. */
        JOINS,
        /** The change left no trace in the ordinary columns. */
        LOSES
    }

    /** Outcome of a step. */
    record Step(RowImage image, Effect effect) {
        static Step replaces(Change change) {
            RowImage after = change.after();
            if (after == null) {
                throw new IllegalArgumentException("a step is asked of inserts and updates only");
            }
            return new Step(after, Effect.REPLACES);
        }
    }
}
