package io.gemel.apply.postgres;

import static io.gemel.apply.postgres.PostgresWork.run;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.ParkedStore;
import io.gemel.reason.Advice;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.Transaction;
import io.gemel.transaction.codec.BadRecordException;
import io.gemel.transaction.codec.TransactionCodec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Parked transactions in the tables {@code gemel.parked} and {@code gemel.parked_row}, on the applier's connection. */
final class PostgresParkedStore implements ParkedStore {
    private static final String PUT_ROW = "INSERT INTO " + GemelTable.PARKED_ROW
            + " (parked, table_schema, table_name, key) VALUES (?, ?, ?, ?::text[])";
    private static final String DELETE_ROW =
            "DELETE FROM " + GemelTable.PARKED_ROW + " WHERE table_schema = ? AND table_name = ? AND key = ?::text[]";

    private final Connection connection;
    private final PostgresSession sql;

    PostgresParkedStore(Connection connection, PostgresSession sql) {
        this.connection = connection;
        this.sql = sql;
    }

    @Override
    public Map<Long, Set<RowKey>> rows() throws ApplyFailure {
        return alone(() -> {
            Map<Long, Set<RowKey>> rows = new HashMap<>();
            sql.forEach(
                    "SELECT parked, table_schema, table_name, key FROM " + GemelTable.PARKED_ROW,
                    row -> rows.computeIfAbsent(row.getLong(1), id -> new HashSet<>())
                            .add(PostgresRows.key(row, 2)));
            return rows;
        });
    }

    @Override
    public List<Transaction> transactions(Set<Long> ids) throws ApplyFailure {
        return alone(() -> sql.list(
                "SELECT body FROM " + GemelTable.PARKED + " WHERE id = ANY (?::int8[]) ORDER BY id",
                row -> decode(row.getBytes(1)),
                ids.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"))));
    }

    @Override
    public Map<Long, Decision> decisions() throws ApplyFailure {
        return alone(() -> {
            Map<Long, Decision> decisions = new HashMap<>();
            sql.forEach(
                    "SELECT id, decision FROM " + GemelTable.PARKED + " WHERE decision IS NOT NULL",
                    row -> decisions.put(
                            row.getLong(1), Decision.valueOf(row.getString(2).toUpperCase(Locale.ROOT))));
            return decisions;
        });
    }

    @Override
    public void refuse(long id, String problem) throws ApplyFailure {
        alone(() -> sql.execute(
                "UPDATE " + GemelTable.PARKED + " SET decision = NULL, problem = ? WHERE id = ?", problem, id));
    }

    /** In a transaction of its own. */
    private <T> T alone(PostgresWork<T> work) throws ApplyFailure {
        return run(() -> {
            T result = work.work();
            connection.commit();
            return result;
        });
    }

    /** Within the applier's transaction. */
    void park(SiteId origin, long position, String reason, Transaction transaction, Set<RowKey> keys)
            throws SQLException, ApplyFailure {
        byte[] body = new TransactionCodec()
                .encode(new LogRecord.Part(0, transaction.header(), 0, true, 0, transaction.changes()));
        long id = sql.one(
                "INSERT INTO " + GemelTable.PARKED
                        + " (origin, position, reason, body) VALUES (?, ?, ?, ?) RETURNING id",
                row -> row.getLong(1),
                origin.name(),
                position,
                reason,
                body);
        try (PostgresBatch rows = new PostgresBatch(connection, PUT_ROW)) {
            for (RowKey key : keys) {
                List<@Nullable Object> binds = new ArrayList<>(List.of(id));
                binds.addAll(PostgresBinds.ofKey(key));
                rows.add(binds);
            }
            rows.flush();
        }
    }

    /** Within the applier's transaction: these rows are decided, and so are transactions that leave none undecided. */
    void settle(Set<RowKey> keys) throws SQLException {
        try (PostgresBatch rows = new PostgresBatch(connection, DELETE_ROW)) {
            for (RowKey key : keys) {
                rows.add(new ArrayList<>(PostgresBinds.ofKey(key)));
            }
            rows.flush();
        }
        sql.execute("DELETE FROM " + GemelTable.PARKED + " AS p WHERE NOT EXISTS" + " (SELECT FROM "
                + GemelTable.PARKED_ROW + " AS r WHERE r.parked = p.id)");
    }

    private static Transaction decode(byte[] body) throws SQLException, ApplyFailure {
        try {
            LogRecord.Part part = (LogRecord.Part) new TransactionCodec().decode(body);
            return new Transaction(part.header(), part.changes());
        } catch (BadRecordException e) {
            throw new ApplyFailure(
                    Kind.HALT,
                    Advice.APPLY_PARKED_DAMAGED,
                    GemelTable.PARKED + " holds a damaged transaction: " + e.getMessage()
                            + "; start the pair anew (docs/operate.md)",
                    e);
        }
    }
}
