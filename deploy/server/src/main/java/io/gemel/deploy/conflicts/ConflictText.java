package io.gemel.deploy.conflicts;

import io.gemel.deploy.conflicts.JournaledConflict.Side;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says in words what happened to a row and why. Pure. */
final class ConflictText {
    private static final String ROW = "%8s  %-23s  %-32s  %-24s  %-8s  %s";
    static final String HEADING =
            String.format(Locale.ROOT, ROW, "ID", "DECIDED (UTC)", "ROW", "KIND", "WINNER", "POLICY");

    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private ConflictText() {}

    /** One conflict on one line, in the columns of {@link #HEADING}. */
    static String line(JournaledConflict conflict) {
        return String.format(
                Locale.ROOT,
                ROW,
                conflict.id(),
                MILLIS.format(conflict.at()),
                conflict.rowName(),
                kind(conflict),
                conflict.winner(),
                conflict.policy());
    }

    /** The whole story of one conflict. */
    static List<String> explain(JournaledConflict conflict) {
        List<String> lines = new ArrayList<>();
        lines.add("conflict " + conflict.id() + ": " + kind(conflict) + " at " + conflict.rowName());
        lines.add("");
        lines.add(deed(conflict.local()));
        lines.add(deed(conflict.incoming()));
        lines.add("");
        if (conflict.local().position() > 0 && conflict.incoming().position() > 0) {
            lines.add("Neither had seen the other: " + unseen(conflict.local(), conflict.incoming()) + ", and "
                    + unseen(conflict.incoming(), conflict.local()) + ".");
        }
        lines.add(ReasonText.of(conflict));
        lines.add("");
        lines.add("At " + MILLIS.format(conflict.at()) + " UTC this site left the row as: "
                + JournaledConflict.shown(conflict.outcome()));
        Optional<UndoRefusal> refusal = UndoRefusal.of(conflict);
        lines.add(
                refusal.isPresent()
                        ? "It cannot be undone: " + refusal.get().why() + ". Instead, "
                                + refusal.get().fix() + "."
                        : "'undo " + conflict.id() + "' writes it as "
                                + conflict.losing().site() + " had left it: "
                                + JournaledConflict.shown(conflict.losing().after()));
        return lines;
    }

    private static String kind(JournaledConflict conflict) {
        return conflict.kind().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String deed(Side side) {
        Map<String, @Nullable String> before = side.before();
        Map<String, @Nullable String> after = side.after();
        String what;
        if (after == null) {
            what = "deleted the row; it was " + JournaledConflict.shown(before);
        } else if (before == null) {
            what = "inserted the row " + JournaledConflict.shown(after);
        } else {
            List<String> changed = new ArrayList<>();
            after.forEach((column, value) -> {
                if (!Objects.equals(value, before.get(column))) {
                    changed.add(column + " from " + before.get(column) + " to " + value);
                }
            });
            what = changed.isEmpty() ? "updated the row without changing it" : "changed " + String.join(", ", changed);
        }
        if (side.position() == 0) {
            return "  " + side.site() + ", before any change in transit: " + what;
        }
        return "  " + side.site() + ", version " + MICROS.format(side.made()) + " UTC: " + what;
    }

    private static String unseen(Side side, Side other) {
        return side.site() + " had applied " + other.site() + "'s log up to " + side.seen()
                + ", the other change is at " + other.position();
    }
}
