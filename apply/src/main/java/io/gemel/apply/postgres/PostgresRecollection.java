package io.gemel.apply.postgres;

import static io.gemel.apply.postgres.PostgresWork.run;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.StoredState;
import io.gemel.conflict.window.EntryCodec;
import io.gemel.conflict.window.SupersededNote;
import io.gemel.reason.Advice;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.Version;
import io.gemel.transaction.codec.BadRecordException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What earlier processes left in the tables of the schema {@code gemel}, read on the applier's connection. */
final class PostgresRecollection implements StoredState {
    private final ApplyConfig config;
    private final Connection connection;
    private final PostgresSession sql;

    PostgresRecollection(ApplyConfig config, Connection connection, PostgresSession sql) {
        this.config = config;
        this.connection = connection;
        this.sql = sql;
    }

    @Override
    public Marker marker() throws ApplyFailure {
        return run(() -> {
            Marker marker = sql.first(
                    "SELECT position, epoch, version_micros, peer_seen, peer_commit FROM " + GemelTable.APPLIED
                            + " WHERE origin = ? ORDER BY position DESC, peer_seen DESC LIMIT 1",
                    row -> new Marker(
                            row.getLong(1),
                            row.getLong(2),
                            new Version(row.getLong(3), config.peer()),
                            row.getLong(4),
                            row.getLong(5)),
                    config.peer().name());
            connection.commit();
            return marker == null ? Marker.none(config.peer()) : marker;
        });
    }

    @Override
    public void forEachEntry(Consumer<StoredEntry> action) throws ApplyFailure {
        run(() -> {
            try (ResultSet row = sql.stream("SELECT table_schema, table_name, key, entry FROM " + GemelTable.WINDOW)) {
                while (row.next()) {
                    action.accept(storedEntry(PostgresRows.key(row, 1), row.getBytes(4)));
                }
            }
            connection.commit();
            return true;
        });
    }

    @Override
    public List<SupersededNote> voids() throws ApplyFailure {
        return run(() -> {
            List<SupersededNote> notes = sql.list(
                    "SELECT origin, position, local_position, table_schema, table_name, key FROM " + GemelTable.VOID,
                    row -> new SupersededNote(
                            new SiteId(row.getString(1)),
                            row.getLong(2),
                            row.getLong(3),
                            PostgresRows.texts(row, "key").isEmpty() ? Set.of() : Set.of(PostgresRows.key(row, 4))));
            connection.commit();
            return notes;
        });
    }

    private static StoredEntry storedEntry(RowKey key, byte[] bytes) throws ApplyFailure {
        try {
            return new StoredEntry(key, EntryCodec.decode(bytes));
        } catch (BadRecordException e) {
            throw new ApplyFailure(
                    Kind.HALT,
                    Advice.APPLY_WINDOW_DAMAGED,
                    GemelTable.WINDOW + " holds a damaged entry for " + key + ": " + e.getMessage()
                            + "; it is needed to resolve a conflict. Start the pair anew (docs/operate.md)",
                    e);
        }
    }
}
