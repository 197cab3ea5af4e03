package io.gemel.deploy.demo;

import io.gemel.deploy.conflicts.JournaledConflict;
import io.gemel.deploy.database.Sql;
import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a site's conflict journal says, in words. Used by one thread. */
final class JournalText {
    private static final String COUNTS = """
            SELECT table_name, lower(replace(kind, '_', ' ')), count(*), count(*) FILTER (WHERE winner_site = 'east'),
              count(*) FILTER (WHERE winner_site = 'west')
            FROM %s GROUP BY 1, 2 ORDER BY 1, 2""".formatted(GemelTable.JOURNAL);

    private static final int EXAMPLES_MAX = 3;
    private static final Set<String> KEY_COLUMNS = Set.of("id", "customer");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Connection connection;

    JournalText(Connection connection) {
        this.connection = connection;
    }

    /** How many conflicts of each kind, and who won them. */
    List<String> counts() throws SQLException {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT, "  %-10s %-26s %9s %10s %10s", "table", "kind", "conflicts", "east won", "west won"));
        lines.addAll(Sql.list(
                connection,
                row -> String.format(
                        Locale.ROOT,
                        "  %-10s %-26s %9d %10d %10d",
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5)),
                COUNTS));
        return lines;
    }

    /** A few conflicts as sentences. */
    List<String> examples() throws SQLException {
        return JournaledConflict.latestOfEachKind(connection, EXAMPLES_MAX).stream()
                .map(JournalText::sentence)
                .toList();
    }

    private static String sentence(JournaledConflict conflict) {
        return "  " + conflict.table() + " " + conflict.key().get(0) + ": " + words(conflict.local()) + ", "
                + words(conflict.incoming()) + "; " + conflict.winner() + "'s was later and stands, "
                + conflict.losing().site() + "'s is kept in the journal";
    }

    /** What one of both sites did to the row. */
    private static String words(JournaledConflict.Side side) {
        return side.site() + " " + deed(side.before(), side.after()) + " at " + TIME.format(side.made());
    }

    private static String deed(@Nullable Map<String, String> before, @Nullable Map<String, String> after) {
        if (after == null) {
            return "deleted it";
        }
        return (before == null ? "added it with " : "set ") + values(after, before);
    }

    /** The columns that differ from the row before. */
    private static String values(Map<String, String> row, @Nullable Map<String, String> before) {
        List<String> values = new ArrayList<>();
        row.forEach((column, value) -> {
            boolean changed = before == null || !Objects.equals(value, before.get(column));
            if (changed && !KEY_COLUMNS.contains(column)) {
                values.add(column + " " + value);
            }
        });
        return values.isEmpty() ? "the same values" : String.join(", ", values);
    }
}
