package io.gemel.apply.postgres;

import io.gemel.apply.target.JournalEntry;
import io.gemel.conflict.window.EntryCodec;
import io.gemel.conflict.window.SupersededNote;
import io.gemel.conflict.window.WindowEntry;
import io.gemel.transaction.Change;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.codec.CorrectionCodec;
import java.sql.Connection;
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
    private static final String DELETE_ENTRY =
            "DELETE FROM " + GemelTable.WINDOW + " WHERE table_schema = ? AND table_name = ? AND key = ?::text[]";
    private static final String PUT_ENTRY =
            "INSERT INTO " + GemelTable.WINDOW + " (table_schema, table_name, key, entry)"
                    + " VALUES (?, ?, ?::text[], ?)"
                    + " ON CONFLICT (table_schema, table_name, key) DO UPDATE SET entry = EXCLUDED.entry";

    private static final String PUT_VOID = "INSERT INTO " + GemelTable.VOID
            + " (origin, position, local_position, table_schema, table_name, key) VALUES (?, ?, ?, ?, ?, ?::text[])";

    private final Connection connection;

    PostgresConflicts(Connection connection) {
        this.connection = connection;
    }

    void journal(List<JournalEntry> entries) throws SQLException {
        try (PostgresBatch journal = new PostgresBatch(connection, JournalRow.INSERT)) {
            for (JournalEntry entry : entries) {
                journal.add(JournalRow.binds(entry.conflict(), entry.outcome()));
            }
            journal.flush();
        }
    }

    void emit(List<Change> corrections) throws SQLException {
        try (PostgresBatch emit =
                new PostgresBatch(connection, "INSERT INTO " + GemelTable.EMIT + " (body) VALUES (?)")) {
            for (Change correction : corrections) {
                emit.add(List.of(CorrectionCodec.encode(correction)));
            }
            emit.flush();
        }
    }

    void note(List<SupersededNote> voids) throws SQLException {
        try (PostgresBatch notes = new PostgresBatch(connection, PUT_VOID)) {
            for (SupersededNote note : voids) {
                if (note.keys().isEmpty()) {
                    notes.add(voidBinds(note, List.of("", "", "{}")));
                }
                for (RowKey key : note.keys()) {
                    notes.add(voidBinds(note, PostgresBinds.ofKey(key)));
                }
            }
            notes.flush();
        }
    }

    private static List<@Nullable Object> voidBinds(SupersededNote note, List<String> key) {
        List<@Nullable Object> binds =
                new ArrayList<>(List.of(note.origin().name(), note.position(), note.localPosition()));
        binds.addAll(key);
        return binds;
    }

    /** Replaces stored entries; one without changes goes. */
    void store(Map<RowKey, WindowEntry> entries) throws SQLException {
        try (PostgresBatch deletes = new PostgresBatch(connection, DELETE_ENTRY);
                PostgresBatch puts = new PostgresBatch(connection, PUT_ENTRY)) {
            for (Map.Entry<RowKey, WindowEntry> each : entries.entrySet()) {
                RowKey key = each.getKey();
                List<@Nullable Object> binds = new ArrayList<>();
                binds.addAll(PostgresBinds.ofKey(key));
                if (each.getValue().isEmpty()) {
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
}
