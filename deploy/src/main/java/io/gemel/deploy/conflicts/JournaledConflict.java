package io.gemel.deploy.conflicts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.database.Sql;
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
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code gemel.journal}. A row image is a map of columns to their texts; null where there was no row.
 *
 * @param at when this site decided
 * @param kind in capitals, as PostgreSQL names conflicts
 * @param winner site whose change the fold put later
 * @param outcome the row as it was left here
 */
record JournaledConflict(
        long id,
        Instant at,
        String schema,
        String table,
        List<String> key,
        String kind,
        String policy,
        String winner,
        Side local,
        Side incoming,
        @Nullable Map<String, @Nullable String> outcome) {

    /**
     * One of the two changes.
     *
     * @param position in the log of its site
     * @param made version as a time: when it was committed, or just after what it had seen
     * @param seen position in the other site's log up to which its site had applied it
     */
    record Side(
            String site,
            long position,
            Instant made,
            long seen,
            @Nullable Map<String, @Nullable String> before,
            @Nullable Map<String, @Nullable String> after) {}

    private static final String COLUMNS = """
            SELECT id, at, table_schema, table_name, key, kind, policy, winner_site,
                   local_site, local_position, local_version, local_seen, local_before, local_after,
                   incoming_site, incoming_position, incoming_version, incoming_seen, incoming_before, incoming_after, outcome
            FROM gemel.journal
            """;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, @Nullable String>> IMAGE = new TypeReference<>() {};

    JournaledConflict {
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

    static JournaledConflict find(Connection connection, long id) throws SQLException, CommandException {
        return Sql.first(connection, JournaledConflict::read, COLUMNS + "WHERE id = ?", id)
                .orElseThrow(() -> new CommandException(
                        ExitCode.FINDING,
                        "the journal has no conflict " + id,
                        "gemel conflicts FILE list shows them; journal.retention says how long they are kept",
                        null));
    }

    Side losing() {
        return winner.equals(local.site()) ? incoming : local;
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
            throw new SQLException("gemel.journal holds an image that is not a row: " + json, e);
        }
    }
}
