package io.gemel.deploy.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** What it costs that a table is in very many partitions: the same writes to one that is and to one that is not, one after the other. */
final class PartitionsBenchmark {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final long POLL_MILLIS = 10;

    private static final String PLAIN = "plain";
    private static final String SPREAD = "spread";

    /**
     * How much is written.
     *
     * @param partitions of the table that has them
     * @param inserts rows that one transaction inserts
     * @param updates of a single row, each a transaction of its own
     */
    record Plan(int partitions, int inserts, int updates) {
        static final Plan FULL = new Plan(2_000, 20_000, 5_000);
        static final Plan QUICK = new Plan(2_000, 20_000, 1_000);

        private String[] schema() {
            int width = Math.max(1, inserts / partitions);
            return new String[] {
                "CREATE TABLE plain (id int PRIMARY KEY, v text NOT NULL)",
                "CREATE TABLE spread (id int PRIMARY KEY, v text NOT NULL) PARTITION BY RANGE (id)",
                "DO $$ BEGIN FOR i IN 0 .. " + (partitions - 1) + " LOOP EXECUTE format("
                        + "'CREATE TABLE spread_%s PARTITION OF spread FOR VALUES FROM (%s) TO (%s)', i, i * " + width
                        + ", (i + 1) * " + width + "); IF i % 100 = 0 THEN COMMIT; END IF; END LOOP; END $$",
                "CREATE TABLE mark (id int PRIMARY KEY)",
                "CREATE PROCEDURE touch(written text, rows int, many int) LANGUAGE plpgsql AS $$ BEGIN"
                        + " FOR i IN 1 .. many LOOP EXECUTE format('UPDATE %I SET v = ''touched'' WHERE id = %s', written,"
                        + " i::bigint * 7919 % rows); COMMIT; END LOOP; END $$"
            };
        }
    }

    /** Changes a second, from the first write until all are at the peer. */
    private record Rates(double inserts, double updates) {}

    private final Plan plan;
    private final Statement east;
    private final Statement west;
    private int marks;

    private PartitionsBenchmark(Plan plan, Statement east, Statement west) {
        this.plan = plan;
        this.east = east;
        this.west = west;
    }

    static void run(PrintWriter out, Path folder, Plan plan) throws Exception {
        try (GemelPair pair = new GemelPair(folder, plan.schema());
                Connection east = pair.connectEast();
                Connection west = pair.connectWest();
                Statement write = east.createStatement();
                Statement look = west.createStatement()) {
            pair.startReplicating();
            PartitionsBenchmark benchmark = new PartitionsBenchmark(plan, write, look);
            benchmark.awaitMark();
            Rates plain = benchmark.measure(PLAIN);
            Rates spread = benchmark.measure(SPREAD);
            out.printf("%,d partitions%n", plan.partitions());
            print(out, plan.inserts() + " inserts in one transaction", plain.inserts(), spread.inserts());
            print(out, plan.updates() + " updates of a single row", plain.updates(), spread.updates());
            out.println();
            out.flush();
        }
    }

    private static void print(PrintWriter out, String what, double plain, double spread) {
        out.printf("  %s: %,.0f a second, without partitions %,.0f; ratio %.2f%n", what, spread, plain, spread / plain);
    }

    private Rates measure(String table) throws Exception {
        double inserts = rate(
                plan.inserts(),
                "INSERT INTO " + table + " SELECT i, 'inserted' FROM generate_series(0, " + (plan.inserts() - 1)
                        + ") AS i");
        double updates =
                rate(plan.updates(), "CALL touch('" + table + "', " + plan.inserts() + ", " + plan.updates() + ")");
        return new Rates(inserts, updates);
    }

    private double rate(int changes, String write) throws Exception {
        long started = System.nanoTime();
        east.execute(write);
        awaitMark();
        return changes * 1e9 / (System.nanoTime() - started);
    }

    /** Waits until the peer has what was written so far: changes arrive in order. */
    private void awaitMark() throws Exception {
        int mark = ++marks;
        east.execute("INSERT INTO mark VALUES (" + mark + ")");
        long started = System.nanoTime();
        while (!isThere(mark)) {
            if (System.nanoTime() - started > LIMIT.toNanos()) {
                throw new IllegalStateException("what was written has not arrived in " + LIMIT);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private boolean isThere(int mark) throws SQLException {
        try (ResultSet row = west.executeQuery("SELECT FROM mark WHERE id = " + mark)) {
            return row.next();
        }
    }
}
