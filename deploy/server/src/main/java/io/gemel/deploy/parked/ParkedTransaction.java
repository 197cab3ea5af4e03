package io.gemel.deploy.parked;

import io.gemel.deploy.database.Sql;
import io.gemel.reason.Advice;
import io.gemel.transaction.Change;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.codec.BadRecordException;
import io.gemel.transaction.codec.TransactionCodec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A row of {@code gemel.parked}.
 *
 * @param at when it was parked
 * @param origin site where it committed: the peer's wait here, this site's own wait at the peer
 * @param position in the origin's log
 * @param problem why the last decision could not be carried out; empty when there is nothing to say
 * @param rows the rows that are undecided because of it, as {@code schema.table[key]}, or {@code schema.table} for all rows of one
 * @param sharing those with which it shares rows, and itself
 * @param changes what it does, or of this site's own only the rows that it touches
 */
record ParkedTransaction(
        long id,
        Instant at,
        String origin,
        long position,
        String reason,
        boolean decided,
        String problem,
        Set<String> rows,
        Set<Long> sharing,
        List<Change> changes) {
    private static final String COLUMNS = """
            SELECT id, at, origin, position, reason, decision IS NOT NULL, coalesce(problem, ''), body,
                   ARRAY(SELECT table_schema || '.' || table_name
                                || CASE WHEN key = '{}' THEN '' ELSE '[' || array_to_string(key, ', ') || ']' END
                         FROM %1$s AS r WHERE r.parked = p.id) AS rows,
                   ARRAY(SELECT DISTINCT r.parked
                         FROM %1$s AS r
                         JOIN %1$s AS own ON own.parked = p.id
                              AND own.table_schema = r.table_schema AND own.table_name = r.table_name
                              AND (own.key = r.key OR own.key = '{}' OR r.key = '{}')) AS sharing
            FROM %2$s AS p
            """.formatted(GemelTable.PARKED_ROW, GemelTable.PARKED);

    ParkedTransaction {
        rows = Set.copyOf(rows);
        sharing = Set.copyOf(sharing);
        changes = List.copyOf(changes);
    }

    /** All of them, in the order in which they were parked. */
    static List<ParkedTransaction> list(Connection connection) throws SQLException {
        return Sql.list(connection, ParkedTransaction::read, COLUMNS + "ORDER BY id");
    }

    static Optional<ParkedTransaction> find(Connection connection, long id) throws SQLException {
        return Sql.first(connection, ParkedTransaction::read, COLUMNS + "WHERE id = ?", id);
    }

    /** Numbers of those that hang together with this one by rows that they share, and its own. */
    Set<Long> together(List<ParkedTransaction> all) {
        Set<Long> together = new TreeSet<>(Set.of(id));
        boolean grown = true;
        while (grown) {
            grown = false;
            for (ParkedTransaction other : all) {
                if (together.contains(other.id)) {
                    grown |= together.addAll(other.sharing);
                }
            }
        }
        return together;
    }

    private static ParkedTransaction read(ResultSet row) throws SQLException {
        String reason = row.getString("reason");
        List<Change> changes = List.of();
        try {
            changes = changes(row.getBytes("body"));
        } catch (BadRecordException e) {
            reason = Advice.APPLY_PARKED_DAMAGED.in(
                    "it cannot be read (" + e.getMessage() + "): start the pair anew (docs/operate.md)");
        }
        return new ParkedTransaction(
                row.getLong("id"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("origin"),
                row.getLong("position"),
                reason,
                row.getBoolean(6),
                row.getString(7),
                Set.copyOf(Arrays.asList((String[]) row.getArray("rows").getArray())),
                Set.copyOf(Arrays.asList((Long[]) row.getArray("sharing").getArray())),
                changes);
    }

    private static List<Change> changes(byte[] body) throws BadRecordException {
        return new TransactionCodec().decode(body) instanceof LogRecord.Part part ? part.changes() : List.of();
    }
}
