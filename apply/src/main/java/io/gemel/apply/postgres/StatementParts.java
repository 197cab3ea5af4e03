package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a statement for any number of rows, in as many parts as a table needs, and so that it touches no partition in vain. One database
 * transaction; applying thread only.
 */
final class StatementParts {
    /** Rows of any statement: it has to answer in time, however large a log record may be. */
    private static final int ROWS_MAX = 10_000;

    private final PostgresSession sql;
    private final RowsAtWork atWork;
    private final PostgresSession replanning;

    /** @param atWork told of the rows of each part */
    StatementParts(PostgresSession sql, RowsAtWork atWork) {
        this.sql = sql;
        replanning = sql.replanning();
        this.atWork = atWork;
    }

    /** What is done with some of the rows. */
    @FunctionalInterface
    interface Part<T> {
        void run(List<T> rows, int start) throws SQLException, ApplyFailure;
    }

    /**
     * Takes the rows part by part.
     *
     * @param rowsMax rows of one part at most
     */
    <T> void run(List<T> rows, RowsAtWork.Keys<T> keys, int rowsMax, Part<T> part) throws SQLException, ApplyFailure {
        try {
            int most = Math.min(rowsMax, ROWS_MAX);
            for (int start = 0; start < rows.size(); start += most) {
                List<T> some = rows.subList(start, Math.min(start + most, rows.size()));
                atWork.begin(some, keys);
                part.run(some, start);
            }
        } finally {
            atWork.end();
        }
    }

    /** Statements that name partitions must be planned for the very values; others once and for all. */
    PostgresSession sql(PostgresTable table) {
        if (!table.partitioning().prunes()) {
            return sql;
        }
        return replanning;
    }

    /** The values of the columns that decide about partitions, an array for each. */
    List<Object> partitions(PostgresTable table, List<RowKey> keys) {
        List<Object> binds = new ArrayList<>();
        for (int column : table.partitioning().columns()) {
            int place = table.key().indexOf(column);
            binds.add(ArrayLiteral.of(keys, key -> key.values().get(place)));
        }
        return binds;
    }

    /** Adds these values to the binds of a statement that names partitions. */
    List<Object> prune(PostgresTable table, List<Object> binds, List<RowImage> rows) {
        if (table.partitioning().prunes()) {
            binds.addAll(partitions(table, rows.stream().map(RowImage::key).toList()));
        }
        return binds;
    }
}
