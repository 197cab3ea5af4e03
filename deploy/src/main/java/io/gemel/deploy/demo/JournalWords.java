package io.gemel.deploy.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a site's conflict journal says, in words. Used by one thread. */
final class JournalWords {
    private static final String COUNTS = """
            SELECT table_name, lower(replace(kind, '_', ' ')), count(*), count(*) FILTER (WHERE winner_site = 'east'),
              count(*) FILTER (WHERE winner_site = 'west')
            FROM gemel.journal GROUP BY 1, 2 ORDER BY 1, 2""";
    /** The latest conflict of each kind. */
    private static final String EXAMPLES = """
            SELECT DISTINCT ON (table_name, kind) table_name, key[1] AS key, winner_site, base, local_site, local_version, local_after,
              incoming_site, incoming_version, incoming_after
            FROM gemel.journal ORDER BY table_name, kind, id DESC""";

    private static final int EXAMPLES_MAX = 3;
    private static final Set<String> KEY_COLUMNS = Set.of("id", "customer");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Connection connection;

    JournalWords(Connection connection) {
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
        List<String> all = Sql.list(connection, JournalWords::sentence, EXAMPLES);
        return all.subList(0, Math.min(EXAMPLES_MAX, all.size()));
    }

    private static String sentence(ResultSet row) throws SQLException {
        Side local = side(row, "local");
        Side incoming = side(row, "incoming");
        String winner = row.getString("winner_site");
        String loser = winner.equals(local.site()) ? incoming.site() : local.site();
        String table = row.getString("table_name");
        return "  " + table + " " + row.getString("key") + ": " + local.words() + ", " + incoming.words() + "; "
                + winner + "'s was later and stands, " + loser + "'s is kept in the journal";
    }

    private static Side side(ResultSet row, String which) throws SQLException {
        return new Side(
                row.getString(which + "_site"),
                row.getLong(which + "_version"),
                row.getString("base"),
                row.getString(which + "_after"));
    }

    /** What one of both sites did to the row. */
    private record Side(
            String site,
            long version,
            @Nullable String base,
            @Nullable String after) {
        String words() {
            return site + " " + deed() + " at " + TIME.format(Instant.EPOCH.plus(version, ChronoUnit.MICROS));
        }

        private String deed() {
            if (after == null) {
                return "deleted it";
            }
            return base == null
                    ? "added it with " + values(read(after), null)
                    : "set " + values(read(after), read(base));
        }

        /** The columns that differ from the row before. */
        private static String values(JsonNode row, @Nullable JsonNode before) {
            List<String> values = new ArrayList<>();
            row.properties().forEach(column -> {
                boolean changed = before == null || !column.getValue().equals(before.get(column.getKey()));
                if (changed && !KEY_COLUMNS.contains(column.getKey())) {
                    values.add(column.getKey() + " " + column.getValue().asText());
                }
            });
            return values.isEmpty() ? "the same values" : String.join(", ", values);
        }

        private static JsonNode read(String row) {
            try {
                return JSON.readTree(row);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("not JSON in gemel.journal: " + row, e);
            }
        }
    }
}
