package io.gemel.deploy.conflicts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.database.Sql;
import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code gemel.journal}. A row image is a map of columns to their texts; null where there was no row.
 *
 * @param at when this site decided
 * @param kind in capitals, as PostgreSQL names conflicts
 * @param parked left to a person
 * @param winner site whose change the fold put later; of two rows the one that keeps its value, of a submission the one that takes
 *     effect, of an orphan that goes the one that deleted
 * @param outcome the row as it was left here
 */
public record JournaledConflict(
        long id,
        Instant at,
        String schema,
        String table,
        List<String> key,
        String kind,
        String policy,
        boolean parked,
        String winner,
        Side local,
        Side incoming,
        @Nullable Map<String, @Nullable String> outcome) {

    /** What the two changes have in common. */
    enum Meeting {
        /** They are of one row. */
        ONE_ROW,
        /** Their rows claim one value of a unique key; the conflict's key is that of the row that gave way. */
        TWO_ROWS,
        /** One deleted what the other's row, which the conflict's key names, refers to. */
        ORPHAN,
        /** Their transactions carried out one submission; both rows are those of the ledger. */
        SUBMISSION,
        /** The row differed from what its changes give, and an operator chose one; the local change stands for the row as it was here. */
        REPAIR
    }

    /**
     * One of the two changes.
     *
     * @param position in the log of its site
     * @param made version as a time: when it was committed, or just after what it had seen
     * @param seen position in the other site's log up to which its site had applied it
     */
    public record Side(
            String site,
            long position,
            Instant made,
            long seen,
            @Nullable Map<String, @Nullable String> before,
            @Nullable Map<String, @Nullable String> after) {}

    private static final String COLUMNS = """
            SELECT id, at, table_schema, table_name, key, kind, policy, resolution = 'parked' AS parked, winner_site,
                   local_site, local_position, local_version, local_seen, local_before, local_after,
                   incoming_site, incoming_position, incoming_version, incoming_seen, incoming_before, incoming_after, outcome
            FROM %s
            """.formatted(GemelTable.JOURNAL);
    private static final Pattern DELTA = Pattern.compile("delta\\(([^)]*)\\)");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, @Nullable String>> IMAGE = new TypeReference<>() {};

    public JournaledConflict {
        key = List.copyOf(key);
    }

    /** The latest conflicts, of one table ({@code schema.table}) or of all when that is empty. */
    static List<JournaledConflict> list(Connection connection, String table, int limit) throws SQLException {
        return Sql.list(
                connection,
                JournaledConflict::read,
                COLUMNS + "WHERE ? IN ('', table_schema || '.' || table_name) ORDER BY id DESC LIMIT ?",
                table,
                limit);
    }

    /** The latest conflict of each kind in each table, at most so many. */
    public static List<JournaledConflict> latestOfEachKind(Connection connection, int limit) throws SQLException {
        return Sql.list(
                connection,
                JournaledConflict::read,
                COLUMNS + "WHERE id IN (SELECT max(id) FROM " + GemelTable.JOURNAL + " GROUP BY table_name, kind)"
                        + " ORDER BY table_name, kind LIMIT ?",
                limit);
    }

    static JournaledConflict find(Connection connection, long id) throws SQLException, CommandException {
        return Sql.first(connection, JournaledConflict::read, COLUMNS + "WHERE id = ?", id)
                .orElseThrow(() -> new CommandException(
                        ExitCode.FINDING,
                        "the journal has no conflict " + id,
                        "gemel conflicts FILE list shows them; journal.retention says how long they are kept",
                        null));
    }

    /** Schema, table and key of the row. */
    String rowName() {
        return schema + "." + table + key;
    }

    /** A row image for a person. */
    static String shown(@Nullable Map<String, @Nullable String> row) {
        return row == null ? "absent" : row.toString();
    }

    Meeting meeting() {
        return switch (kind) {
            case "UNIQUE_EXISTS", "MULTIPLE_UNIQUE_CONFLICTS" -> Meeting.TWO_ROWS;
            case "FOREIGN_KEY_ORPHAN" -> Meeting.ORPHAN;
            case "SUBMISSION_VOID" -> Meeting.SUBMISSION;
            case "ROW_DIVERGED" -> Meeting.REPAIR;
            default -> Meeting.ONE_ROW;
        };
    }

    /** The change that the fold put later, or that its kind favours. */
    Side winning() {
        return winner.equals(local.site()) ? local : incoming;
    }

    private Side other() {
        return winner.equals(local.site()) ? incoming : local;
    }

    /** Returns whether the later change of a row lost the comparison of {@code greatest} or {@code least}. */
    boolean laterWasBeaten() {
        return meeting() == Meeting.ONE_ROW && stands(other()) && !stands(winning());
    }

    /** The change whose image does not stand. */
    public Side losing() {
        return laterWasBeaten() ? winning() : other();
    }

    /** Returns whether the row is as this change had left it, except for additions to delta columns. */
    private boolean stands(Side side) {
        return Objects.equals(withoutDeltas(side.after()), withoutDeltas(outcome));
    }

    private @Nullable Map<String, @Nullable String> withoutDeltas(@Nullable Map<String, @Nullable String> row) {
        Matcher columns = DELTA.matcher(policy);
        if (row == null || !columns.find()) {
            return row;
        }
        Map<String, @Nullable String> rest = new LinkedHashMap<>(row);
        rest.keySet().removeAll(Arrays.asList(columns.group(1).split(", ")));
        return rest;
    }

    private static JournaledConflict read(ResultSet row) throws SQLException {
        return new JournaledConflict(
                row.getLong("id"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("table_schema"),
                row.getString("table_name"),
                Arrays.asList((String[]) row.getArray("key").getArray()),
                row.getString("kind"),
                row.getString("policy"),
                row.getBoolean("parked"),
                row.getString("winner_site"),
                side(row, "local"),
                side(row, "incoming"),
                image(row.getString("outcome")));
    }

    private static Side side(ResultSet row, String which) throws SQLException {
        return new Side(
                row.getString(which + "_site"),
                row.getLong(which + "_position"),
                Instant.EPOCH.plus(row.getLong(which + "_version"), ChronoUnit.MICROS),
                row.getLong(which + "_seen"),
                image(row.getString(which + "_before")),
                image(row.getString(which + "_after")));
    }

    private static @Nullable Map<String, @Nullable String> image(@Nullable String json) throws SQLException {
        if (json == null) {
            return null;
        }
        try {
            return JSON.readValue(json, IMAGE);
        } catch (JsonProcessingException e) {
            throw new SQLException(GemelTable.JOURNAL + " holds an image that is not a row: " + json, e);
        }
    }
}
