package io.gemel.deploy.conflicts;

import io.gemel.deploy.conflicts.JournaledConflict.Side;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says in words what happened to a row and why. Pure. */
final class ConflictWords {
    private static final String ROW = "%8s  %-23s  %-32s  %-24s  %-8s  %s";
    static final String HEADING =
            String.format(Locale.ROOT, ROW, "ID", "DECIDED (UTC)", "ROW", "KIND", "WINNER", "POLICY");

    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private ConflictWords() {}

    /** One conflict on one line, in the columns of {@link #HEADING}. */
    static String line(JournaledConflict conflict) {
        return String.format(
                Locale.ROOT,
                ROW,
                conflict.id(),
                MILLIS.format(conflict.at()),
                name(conflict),
                kind(conflict),
                conflict.winner(),
                conflict.policy());
    }

    /** The whole story of one conflict. */
    static List<String> explain(JournaledConflict conflict) {
        List<String> lines = new ArrayList<>();
        lines.add("conflict " + conflict.id() + ": " + kind(conflict) + " at " + name(conflict));
        lines.add("");
        lines.add(deed(conflict.local()));
        lines.add(deed(conflict.incoming()));
        lines.add("");
        lines.add("Neither had seen the other: " + unseen(conflict.local(), conflict.incoming()) + ", and "
                + unseen(conflict.incoming(), conflict.local()) + ".");
        lines.add("The table's policy is " + conflict.policy() + ". " + reason(conflict));
        lines.add("");
        lines.add(
                "At " + MILLIS.format(conflict.at()) + " UTC this site left the row as: " + shown(conflict.outcome()));
        lines.add(
                "'undo " + conflict.id() + "' writes it as " + conflict.losing().site() + " had left it: "
                        + shown(conflict.losing().after()));
        return lines;
    }

    /** Schema, table and key of the row. */
    static String name(JournaledConflict conflict) {
        return conflict.schema() + "." + conflict.table() + conflict.key();
    }

    private static String kind(JournaledConflict conflict) {
        return conflict.kind().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String deed(Side side) {
        Map<String, @Nullable String> before = side.before();
        Map<String, @Nullable String> after = side.after();
        String what;
        if (after == null) {
            what = "deleted the row; it was " + shown(before);
        } else if (before == null) {
            what = "inserted the row " + shown(after);
        } else {
            List<String> changed = new ArrayList<>();
            after.forEach((column, value) -> {
                if (!Objects.equals(value, before.get(column))) {
                    changed.add(column + " from " + before.get(column) + " to " + value);
                }
            });
            what = changed.isEmpty() ? "updated the row without changing it" : "changed " + String.join(", ", changed);
        }
        return "  " + side.site() + ", version " + MICROS.format(side.made()) + " UTC: " + what;
    }

    private static String unseen(Side side, Side other) {
        return side.site() + " had applied " + other.site() + "'s log up to " + side.seen()
                + ", the other change is at " + other.position();
    }

    private static String reason(JournaledConflict conflict) {
        String later = "Of these two changes " + conflict.winner() + "'s comes last";
        String policy = conflict.policy();
        String order =
                policy.startsWith("site-priority") ? ", as that site's changes do" : ": it has the greater version";
        String rule;
        if (policy.startsWith("column-merge")) {
            rule = "; columns that only one of them changed keep that change";
        } else if (policy.startsWith("greatest") || policy.startsWith("least")) {
            rule = "; it stands unless the other row's value beats it";
        } else {
            rule = " and replaces the row";
        }
        return later
                + order
                + rule
                + (policy.contains("delta(") ? "; what both added to the delta columns adds up." : ".");
    }

    private static String shown(@Nullable Map<String, @Nullable String> row) {
        return row == null ? "absent" : row.toString();
    }
}
