package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.transaction.TableShape;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a table's rows are spread over partitions, for statements that are to touch the partitions concerned alone. The columns that decide are
 * columns of the primary key; when a statement says which of their values it is about, PostgreSQL leaves out all other
 * partitions as it plans. What is known here may be out of date: then a statement is slower, never wrong.
 *
 * @param columns that decide, indexes in the shape; none when the table has no partitions, or none can be named
 * @param rowsMax rows of one statement: each may be in another partition
 */
record PostgresPartitioning(List<Integer> columns, int rowsMax) {
    static final PostgresPartitioning NONE = new PostgresPartitioning(List.of(), Integer.MAX_VALUE);

    /** PostgreSQL compares each row of a statement with each value given, and plans for each partition. */
    static final int ROWS_MAX = 100;

    private static final String COLUMNS = """
            WITH RECURSIVE tree (oid) AS (
                SELECT ?::oid
                UNION ALL
                SELECT c.oid FROM tree t JOIN pg_inherits h ON h.inhparent = t.oid
                JOIN pg_class c ON c.oid = h.inhrelid AND c.relkind = 'p'
            )
            SELECT a.attname, bool_or(p.partstrat = 'h' AND p.partnatts > 1) AS combined
            FROM tree t
            JOIN pg_partitioned_table p ON p.partrelid = t.oid
            CROSS JOIN LATERAL unnest(p.partattrs::int2[]) AS k (number)
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
            GROUP BY a.attname
            """;

    /**
     * Reads the catalog.
     *
     * @param usable columns whose values can be compared as an array has them
     */
    static PostgresPartitioning read(PostgresSession sql, long table, TableShape shape, List<Integer> usable)
            throws SQLException, ApplyFailure {
        Map<String, Boolean> deciding = new HashMap<>();
        sql.forEach(COLUMNS, row -> deciding.put(row.getString("attname"), row.getBoolean("combined")), table);
        List<Integer> columns = deciding.keySet().stream()
                .map(shape::indexOf)
                .filter(usable::contains)
                .sorted()
                .toList();
        // A hash over several columns is known for a single row only.
        boolean combined = deciding.containsValue(true);
        return new PostgresPartitioning(columns, combined ? 1 : ROWS_MAX);
    }

    boolean prunes() {
        return !columns.isEmpty();
    }
}
