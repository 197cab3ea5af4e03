package io.gemel.deploy.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What it costs that a table is in very many partitions: the same writes to one that is and to one that is not, in turn. The first rows of a
 * partition cost more than later ones, because every server process that meets it reads about it in the catalog.
 */
final class PartitionsBenchmark {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final long POLL_MILLIS = 10;

    /** Times that rows are inserted. */
    private static final int ROUNDS = 4;

    private static final String PLAIN = "plain";
    private static final String SPREAD = "spread";

    /**
     * How much is written.
     *
     * @param partitions of the table that has them
     * @param inserts rows that one transaction inserts, spread over all partitions
     * @param updates of a single row, each a transaction of its own
     */
    record Plan(int partitions, int inserts, int updates) {
        static final Plan FULL = new Plan(2_000, 20_000, 5_000);
        static final Plan QUICK = new Plan(2_000, 20_000, 1_000);

        private String[] schema() {
            int width = Math.max(1, inserts / partitions) * ROUNDS;
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
    private record Rates(double plain, double spread) {
        double ratio() {
            return spread / plain;
        }
    }

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
            out.printf("%,d partitions%n", plan.partitions());
            benchmark.measureInserts(out);
            benchmark.measureUpdates(out);
            out.println();
            out.flush();
        }
    }

    private void measureInserts(PrintWriter out) throws Exception {
        List<Rates> rounds = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            double plain = rate(plan.inserts(), insert(PLAIN, round));
            rounds.add(new Rates(plain, rate(plan.inserts(), insert(SPREAD, round))));
        }
        String what = plan.inserts() + " inserts in one transaction, ";
        print(out, what + "the first of all partitions", rounds.remove(0));
        rounds.sort(Comparator.comparingDouble(Rates::ratio));
        print(out, what + "later ones", rounds.get(rounds.size() / 2));
    }

    private String insert(String table, int round) {
        return "INSERT INTO " + table + " SELECT i * " + ROUNDS + " + " + round
                + ", 'inserted' FROM generate_series(0, " + (plan.inserts() - 1) + ") AS i";
    }

    private void measureUpdates(PrintWriter out) throws Exception {
        double plain = rate(plan.updates(), update(PLAIN));
        print(out, plan.updates() + " updates of a single row", new Rates(plain, rate(plan.updates(), update(SPREAD))));
    }

    private String update(String table) {
        return "CALL touch('" + table + "', " + plan.inserts() * ROUNDS + ", " + plan.updates() + ")";
    }

    private static void print(PrintWriter out, String what, Rates rates) {
        out.printf(
                "  %s: %,.0f a second, without partitions %,.0f; ratio %.2f%n",
                what, rates.spread(), rates.plain(), rates.ratio());
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
