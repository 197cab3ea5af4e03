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
import io.gemel.transaction.TableId;
import io.gemel.transaction.Version;
import io.gemel.transaction.codec.BadRecordException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Record;

/** What earlier processes left in the tables of the schema {@code gemel}, read on the applier's connection. */
final class PostgresRecollection implements StoredState {
    private final ApplyConfig config;
    private final Connection connection;
    private final DSLContext sql;

    PostgresRecollection(ApplyConfig config, Connection connection, DSLContext sql) {
        this.config = config;
        this.connection = connection;
        this.sql = sql;
    }

    @Override
    public Marker marker() throws ApplyFailure {
        return run(() -> {
            Record row = sql.fetchOne(
                    "SELECT position, epoch, version_micros, peer_seen, peer_commit FROM " + GemelTable.APPLIED
                            + " WHERE origin = ? ORDER BY position DESC, peer_seen DESC LIMIT 1",
                    config.peer().name());
            connection.commit();
            if (row == null) {
                return Marker.none(config.peer());
            }
            return new Marker(
                    row.get(0, Long.class),
                    row.get(1, Long.class),
                    new Version(row.get(2, Long.class), config.peer()),
                    row.get(3, Long.class),
                    row.get(4, Long.class));
        });
    }

    @Override
    public void forEachEntry(Consumer<StoredEntry> action) throws ApplyFailure {
        run(() -> {
            try (Cursor<Record> rows = sql.resultQuery(
                            "SELECT table_schema, table_name, key, entry FROM " + GemelTable.WINDOW)
                    .fetchSize(FetchSize.ROWS)
                    .fetchLazy()) {
                for (Record row : rows) {
                    TableId table = new TableId(row.get(0, String.class), row.get(1, String.class));
                    RowKey key = RowKey.of(table, row.get(2, String[].class));
                    action.accept(storedEntry(key, row.get(3, byte[].class)));
                }
            }
            connection.commit();
            return true;
        });
    }

    @Override
    public List<SupersededNote> voids() throws ApplyFailure {
        return run(() -> {
            List<SupersededNote> notes = new ArrayList<>();
            for (Record row : sql.fetch(
                    "SELECT origin, position, local_position, table_schema, table_name, key FROM " + GemelTable.VOID)) {
                TableId table = new TableId(row.get(3, String.class), row.get(4, String.class));
                String[] key = row.get(5, String[].class);
                notes.add(new SupersededNote(
                        new SiteId(row.get(0, String.class)),
                        row.get(1, Long.class),
                        row.get(2, Long.class),
                        key.length == 0 ? Set.of() : Set.of(RowKey.of(table, key))));
            }
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
