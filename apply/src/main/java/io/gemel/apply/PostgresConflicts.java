package io.gemel.apply;

import io.gemel.conflict.EntryCodec;
import io.gemel.conflict.VoidNote;
import io.gemel.conflict.WindowEntry;
import io.gemel.transaction.Change;
import io.gemel.transaction.CorrectionCodec;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the applier's transactions leave in the database besides rows: the journal for people, corrections for capture, window
 * entries for a restart.
 */
final class PostgresConflicts {
    /** After a long separation there may be very many rows: they go in batches, of which none holds them all in memory again. */
    private static final int BATCH_ROWS = 200;

    private static final String DELETE_ENTRY =
            "DELETE FROM gemel.\"window\" WHERE table_schema = ? AND table_name = ? AND key = ?::text[]";
    private static final String PUT_ENTRY = "INSERT INTO gemel.\"window\" (table_schema, table_name, key, entry)"
            + " VALUES (?, ?, ?::text[], ?)"
            + " ON CONFLICT (table_schema, table_name, key) DO UPDATE SET entry = EXCLUDED.entry";

    private static final String PUT_VOID = "INSERT INTO gemel.void"
            + " (origin, position, local_position, table_schema, table_name, key) VALUES (?, ?, ?, ?, ?, ?::text[])";

    private final Connection connection;

    PostgresConflicts(Connection connection) {
        this.connection = connection;
    }

    void journal(List<JournalEntry> entries) throws SQLException {
        try (Batch journal = new Batch(JournalRow.INSERT)) {
            for (JournalEntry entry : entries) {
                journal.add(JournalRow.binds(entry.conflict(), entry.outcome()));
            }
            journal.flush();
        }
    }

    void emit(List<Change> corrections) throws SQLException {
        try (Batch emit = new Batch("INSERT INTO gemel.emit (body) VALUES (?)")) {
            for (Change correction : corrections) {
                emit.add(List.of(CorrectionCodec.encode(correction)));
            }
            emit.flush();
        }
    }

    void note(List<VoidNote> voids) throws SQLException {
        try (Batch notes = new Batch(PUT_VOID)) {
            for (VoidNote note : voids) {
                if (note.keys().isEmpty()) {
                    notes.add(voidBinds(note, new TableId("", ""), "{}"));
                }
                for (RowKey key : note.keys()) {
                    notes.add(voidBinds(note, key.table(), ArrayLiteral.of(key.values(), value -> value)));
                }
            }
            notes.flush();
        }
    }

    private static List<@Nullable Object> voidBinds(VoidNote note, TableId table, String key) {
        return List.of(note.origin().name(), note.position(), note.localPosition(), table.schema(), table.name(), key);
    }

    /** Replaces stored entries; one without changes goes. */
    void store(Map<RowKey, WindowEntry> entries) throws SQLException {
        try (Batch deletes = new Batch(DELETE_ENTRY);
                Batch puts = new Batch(PUT_ENTRY)) {
            for (Map.Entry<RowKey, WindowEntry> each : entries.entrySet()) {
                RowKey key = each.getKey();
                List<@Nullable Object> binds = new ArrayList<>();
                binds.add(key.table().schema());
                binds.add(key.table().name());
                binds.add(ArrayLiteral.of(key.values(), value -> value));
                if (each.getValue().changes().isEmpty()) {
                    deletes.add(binds);
                } else {
                    binds.add(EntryCodec.encode(each.getValue()));
                    puts.add(binds);
                }
            }
            deletes.flush();
            puts.flush();
        }
    }

    /** One statement, run for many rows; prepared when the first one comes. */
    private final class Batch implements AutoCloseable {
        private final String sql;
        private @Nullable PreparedStatement statement;
        private int rows;

        Batch(String sql) {
            this.sql = sql;
        }

        void add(List<@Nullable Object> binds) throws SQLException {
            PreparedStatement prepared = statement;
            if (prepared == null) {
                prepared = connection.prepareStatement(sql);
                statement = prepared;
            }
            int place = 1;
            for (Object bind : binds) {
                prepared.setObject(place++, bind);
            }
            prepared.addBatch();
            rows++;
            if (rows == BATCH_ROWS) {
                flush();
            }
        }

        void flush() throws SQLException {
            if (statement != null && rows > 0) {
                statement.executeBatch();
                rows = 0;
            }
        }

        @Override
        public void close() throws SQLException {
            if (statement != null) {
                statement.close();
            }
        }
    }
}
