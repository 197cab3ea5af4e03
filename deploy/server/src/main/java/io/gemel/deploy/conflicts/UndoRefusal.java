package io.gemel.deploy.conflicts;

import java.util.Optional;

/** Why writing a row could not undo a conflict, and what to do instead. */
record UndoRefusal(String why, String fix) {

    /** Empty for a conflict that can be undone. */
    static Optional<UndoRefusal> of(JournaledConflict conflict) {
        if (conflict.parked()) {
            return Optional.of(new UndoRefusal(
                    "it was left to a person",
                    "decide it with 'gemel parked', or write the row by hand if that is done"));
        }
        return switch (conflict.meeting()) {
            case SUBMISSION ->
                Optional.of(new UndoRefusal(
                        "a submission takes effect once, and its other attempt did",
                        "if the work is to be done once more, submit it under a new key"));
            case ORPHAN ->
                conflict.outcome() == null
                        ? Optional.empty()
                        : Optional.of(new UndoRefusal(
                                "nothing was taken from the row, which is as it was written",
                                "delete it by hand, or write the row that it refers to again: "
                                        + conflict.losing().site()
                                        + " deleted "
                                        + JournaledConflict.shown(
                                                conflict.losing().before())));
            case ONE_ROW, TWO_ROWS, REPAIR -> Optional.empty();
        };
    }
}
