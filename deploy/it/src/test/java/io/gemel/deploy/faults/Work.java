package io.gemel.deploy.faults;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;

/** What a transaction of the workload does besides naming itself. Stateless. */
final class Work {
    private static final List<String> RATIOS =
            List.of("'-0'", "0", "'NaN'", "'infinity'", "'-infinity'", "1e-307", "0.1", "NULL");
    private static final List<String> BALANCES =
            List.of("1", "1.0", "1.00", "'NaN'", "-12345678901234567890.5", "NULL");
    private static final List<String> TIMES = List.of("'24:00:00+05:30'", "'00:00:00-15:59'", "'12:00:00.000001+00'");
    private static final List<String> UNTIL = List.of("'infinity'", "'-infinity'", "'0044-03-15 BC'", "'2026-01-01'");

    /** The last is stored out of line, and then left out of the database's log by an update that does not touch it. */
    private static final List<String> IMAGES = List.of(
            "'\\x00ff'::bytea",
            "NULL::bytea",
            "''::bytea",
            "(SELECT string_agg(sha256((i * random())::text::bytea), '') FROM generate_series(1, 100) i)");

    private Work() {}

    /** One row in each of two tables. */
    static void pair(Statement statement, String id) throws SQLException {
        statement.execute("INSERT INTO left_half VALUES ('" + id + "')");
        statement.execute("INSERT INTO right_half VALUES ('" + id + "')");
    }

    /** The next of a writer's steps, which go to two tables in turn. */
    static void step(Statement statement, String writer, long n) throws SQLException {
        String table = n % 2 == 0 ? "even_step" : "odd_step";
        statement.execute("INSERT INTO " + table + " VALUES ('" + writer + "', " + n + ")");
    }

    /** Adds to a counter that both sites add to, and says so. */
    static void delta(Statement statement, String id, Random random) throws SQLException {
        int counter = random.nextInt(FaultTables.COUNTERS);
        int amount = 1 + random.nextInt(9);
        statement.execute("UPDATE counter SET n = n + " + amount + " WHERE id = " + counter);
        statement.execute("INSERT INTO tally VALUES ('" + id + "', " + counter + ", " + amount + ")");
    }

    /** Changes two of the accounts that both sites change: inserts, updates, deletes, new keys, odd values. */
    static void contend(Statement statement, String id, Random random) throws SQLException {
        for (int i = 0; i < 2; i++) {
            int key = random.nextInt(FaultTables.ACCOUNTS);
            String owner = "'" + id + "/" + i + "'";
            statement.execute(
                    switch (random.nextInt(9)) {
                        case 0 -> "DELETE FROM account WHERE id = " + key;
                        case 1, 2 ->
                            "INSERT INTO account VALUES (" + key + ", " + owner + ", " + values(random)
                                    + ") ON CONFLICT DO NOTHING";
                        case 3 -> "UPDATE account SET owner = " + owner + " WHERE id = " + key;
                        case 4 -> move(key, random.nextInt(FaultTables.ACCOUNTS), owner);
                        default ->
                            "UPDATE account SET (owner, balance, ratio, at, until, image) = ROW (" + owner + ", "
                                    + values(random) + ") WHERE id = " + key;
                    });
        }
    }

    /** A transaction of very many rows. */
    static void bulk(Statement statement, String id) throws SQLException {
        statement.execute("INSERT INTO bulk SELECT '" + id + "', i, repeat('x', i % 50) FROM generate_series(1, "
                + FaultTables.BULK_ROWS + ") i");
    }

    private static String move(int from, int to, String owner) {
        return "UPDATE account SET id = " + to + ", owner = " + owner + " WHERE id = " + from
                + " AND NOT EXISTS (SELECT FROM account WHERE id = " + to + ")";
    }

    private static String values(Random random) {
        return String.join(
                ", ",
                any(BALANCES, random),
                any(RATIOS, random),
                any(TIMES, random),
                any(UNTIL, random),
                any(IMAGES, random));
    }

    private static String any(List<String> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }
}
