package io.gemel.apply.postgres;

import static io.gemel.apply.postgres.PostgresWork.run;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.TargetRows.RowsConsumer;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Statements that go through whole tables and take as long as these are large. One transaction; applying thread only. */
final class PostgresWholeTables {
    /**
     * How long the server may work on one of them. The next transaction has the usual time again, after which a silent server
     * counts as lost.
     */
    private static final int ANSWER_MILLIS_MAX = 3_600_000;

    /** In the session's own loops each row of a table would be compared with each key that stays. */
    private static final String BY_HASH = "SET LOCAL enable_hashjoin = on; SET LOCAL enable_nestloop = off";

    private static final String BY_KEY = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_nestloop = on";

    private final PostgresSession sql;

    PostgresWholeTables(PostgresSession sql) {
        this.sql = sql;
    }

    /** Does what may go through a whole table, such as a search without an index. */
    <T> T through(PostgresWork<T> work) throws ApplyFailure {
        return run(() -> {
            sql.connection().setNetworkTimeout(Runnable::run, ANSWER_MILLIS_MAX);
            return work.work();
        });
    }

    /** @param statement binds the keys of the rows that stay */
    void deleteExcept(String statement, PostgresTable table, Set<RowKey> except) throws ApplyFailure {
        through(() -> {
            sql.execute(BY_HASH);
            sql.execute(
                    statement,
                    PostgresBinds.keys(table.key(), List.copyOf(except)).toArray());
            return sql.execute(BY_KEY);
        });
    }

    /** @param statement gives every column of every row */
    void forEach(String statement, TableShape shape, RowsConsumer consumer) throws ApplyFailure {
        List<RowImage> some = new ArrayList<>();
        through(() -> {
            try (ResultSet rows = sql.stream(statement)) {
                while (rows.next()) {
                    some.add(PostgresBinds.image(shape, rows));
                    if (some.size() == FetchSize.ROWS) {
                        consumer.accept(List.copyOf(some));
                        some.clear();
                    }
                }
            }
            return some;
        });
        consumer.accept(some);
    }
}
