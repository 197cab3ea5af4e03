package io.gemel.deploy.conflicts;

import io.gemel.deploy.conflicts.JournaledConflict.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says why a conflict was decided so, and what was taken from whom. Pure. */
final class ReasonText {
    private ReasonText() {}

    static String of(JournaledConflict conflict) {
        return switch (conflict.meeting()) {
            case ONE_ROW -> "The table's policy is " + conflict.policy() + ". " + ofOneRow(conflict);
            case TWO_ROWS -> ofTwoRows(conflict);
            case ORPHAN -> ofOrphan(conflict);
            case SUBMISSION -> ofSubmission(conflict);
            case REPAIR -> ofRepair(conflict);
        };
    }

    private static String ofOneRow(JournaledConflict conflict) {
        if (conflict.parked()) {
            return "Neither site has applied the other's change, nor anything later of that row: a person decides.";
        }
        String policy = conflict.policy();
        String order =
                policy.startsWith("site-priority") ? ", as that site's changes do" : ": it has the greater version";
        String rule;
        if (policy.startsWith("column-merge")) {
            rule = "; columns that only one of them changed keep that change";
        } else if (policy.startsWith("custom")) {
            rule = ", and the rule merged what both had left";
        } else if (conflict.laterWasBeaten()) {
            rule = ", but the other row's value wins over it, so that "
                    + conflict.losing().site() + "'s row is not kept";
        } else if (policy.startsWith("greatest") || policy.startsWith("least")) {
            rule = ", and the other row's value does not win over it";
        } else {
            rule = " and replaces the row";
        }
        return "Of these two changes " + conflict.winner() + "'s comes last" + order + rule
                + (policy.contains("delta(") ? "; what both added to the delta columns adds up." : ".");
    }

    private static String ofTwoRows(JournaledConflict conflict) {
        String gaveWay = conflict.rowName() + " gave way: " + given(conflict);
        String several = conflict.kind().equals("MULTIPLE_UNIQUE_CONFLICTS")
                ? " It claimed values of several other rows; this is what it gave up to the first of them."
                : "";
        return "Two rows claim one value of a unique key, which only one may have. The row with the later change keeps it,"
                + " whatever the table's policy is (" + conflict.policy() + "): " + conflict.winner() + "'s. " + gaveWay
                + several;
    }

    /** What the row is without. */
    private static String given(JournaledConflict conflict) {
        Map<String, @Nullable String> before = conflict.losing().after();
        Map<String, @Nullable String> left = conflict.outcome();
        if (left == null) {
            return "it was removed.";
        }
        List<String> given = new ArrayList<>();
        left.forEach((column, value) -> {
            if (value == null && before != null && before.get(column) != null) {
                given.add(column + ", which was " + before.get(column));
            }
        });
        return given.isEmpty()
                ? "it has no value left to give up."
                : "NULL now is its " + String.join(", ", given) + ".";
    }

    private static String ofOrphan(JournaledConflict conflict) {
        boolean removed = conflict.outcome() == null;
        Side deleting = removed ? conflict.winning() : conflict.losing();
        String found = conflict.rowName() + " refers to a row that " + deleting.site()
                + " deleted in the meantime. The policy of its table is " + conflict.policy() + ": ";
        if (removed) {
            return found + "the orphan was removed, too.";
        }
        return conflict.policy().contains("orphan(revive)")
                ? found + "the row that it refers to was restored as it was when it was deleted."
                : found + "the orphan was kept, without the row that it refers to.";
    }

    private static String ofSubmission(JournaledConflict conflict) {
        return "Both transactions execute submission " + String.join(", ", conflict.key())
                + ", which takes effect once: the greater attempt does, and of equal ones the later. That is "
                + conflict.winner() + "'s, attempt " + attempt(conflict.winning()) + "; "
                + conflict.losing().site() + "'s, attempt " + attempt(conflict.losing())
                + ", is superseded as a whole: none of its changes remains at either site. Later changes that were built on them remain.";
    }

    private static String ofRepair(JournaledConflict conflict) {
        return "The row was not what its changes give: something had written it past Gemel. An operator chose "
                + conflict.winner() + "'s row (" + conflict.policy() + ").";
    }

    private static String attempt(Side side) {
        Map<String, @Nullable String> row = side.after();
        return row == null ? "?" : Objects.requireNonNullElse(row.get("attempt"), "?");
    }
}
