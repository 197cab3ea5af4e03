package io.gemel.apply.postgres;

import static io.gemel.apply.postgres.PostgresWork.run;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.Divergence;
import io.gemel.apply.target.GoneColumns;
import io.gemel.apply.target.Repair;
import io.gemel.apply.target.RepairStore;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows to repair in the table {@code gemel.repair}, on the applier's connection. */
final class PostgresRepairStore implements RepairStore {
    private static final String OFFER = """
            INSERT INTO %s AS r (table_schema, table_name, key, origin, position, problem, here, peer)
            VALUES (?, ?, ?::text[], ?, ?, ?, ?::jsonb, ?::jsonb)
            ON CONFLICT (table_schema, table_name, key) DO UPDATE SET
                origin = EXCLUDED.origin, position = EXCLUDED.position, problem = EXCLUDED.problem,
                here = EXCLUDED.here, peer = EXCLUDED.peer,
                take = CASE WHEN r.position = EXCLUDED.position THEN r.take END
            """.formatted(GemelTable.REPAIR);
    private static final String ASKED = "SELECT table_schema, table_name, key, take, asked_by FROM " + GemelTable.REPAIR
            + " WHERE take IS NOT NULL";

    private static final String GONE = """
            SELECT g.table_schema, g.table_name, g.column_name FROM %s AS g
            WHERE NOT EXISTS (
                SELECT FROM pg_attribute AS a
                JOIN pg_class AS c ON c.oid = a.attrelid
                JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE n.nspname = g.table_schema AND c.relname = g.table_name AND a.attname = g.column_name
                  AND NOT a.attisdropped)
            """.formatted(GemelTable.GONE_COLUMN);

    private final Connection connection;
    private final PostgresSession sql;

    PostgresRepairStore(Connection connection, PostgresSession sql) {
        this.connection = connection;
        this.sql = sql;
    }

    @Override
    public Map<RowKey, Repair> asked() throws ApplyFailure {
        return run(() -> {
            Map<RowKey, Repair> asked = new HashMap<>();
            sql.forEach(
                    ASKED,
                    row -> asked.put(
                            PostgresRows.key(row, 1), new Repair(Repair.Take.of(row.getString(4)), row.getString(5))));
            connection.commit();
            return asked;
        });
    }

    @Override
    public GoneColumns goneColumns() throws ApplyFailure {
        return run(() -> {
            Map<TableId, Set<String>> gone = new HashMap<>();
            sql.forEach(
                    GONE,
                    row -> gone.computeIfAbsent(PostgresRows.table(row, 1), any -> new HashSet<>())
                            .add(row.getString(3)));
            connection.commit();
            return new GoneColumns(gone);
        });
    }

    @Override
    public void offer(Divergence divergence) throws ApplyFailure {
        run(() -> {
            List<@Nullable Object> binds = new ArrayList<>(PostgresBinds.ofKey(divergence.key()));
            binds.add(divergence.incoming().origin().name());
            binds.add(divergence.incoming().position());
            binds.add(divergence.problem());
            binds.add(JournalRow.json(divergence.here()));
            binds.add(JournalRow.json(divergence.peer()));
            int rows = sql.execute(OFFER, binds.toArray());
            connection.commit();
            return rows;
        });
    }

    /** Within the applier's transaction; whether any is left. */
    boolean end(long position) throws SQLException, ApplyFailure {
        sql.execute("DELETE FROM " + GemelTable.REPAIR + " WHERE position <= ?", position);
        return sql.one("SELECT EXISTS (SELECT FROM " + GemelTable.REPAIR + ")", row -> row.getBoolean(1));
    }
}
