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
 * What it costs that a table is in very many partitions: the same writes to one that is and to one that is not, in turn, with Gemel and with
 * PostgreSQL's own logical replication. The first rows of a partition cost more than later ones, because every server process that meets it
 * reads about it in the catalog.
 */
final class PartitionsBenchmark {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final long POLL_MILLIS = 5;

    /** Times that rows are inserted. */
    private static final int ROUNDS = 4;

    private static final String PLAIN = "plain";
    private static final String SPREAD = "spread";
    private static final String MARK = "mark";

    /**
     * How much is written.
     *
     * @param partitions of the table that has them
     * @param inserts rows that one transaction inserts, spread over all partitions
     * @param updates of a single row behind them, each a transaction of its own
     * @param more updates at the end, likewise
     */
    record Plan(int partitions, int inserts, int updates, int more) {
        static final Plan FULL = new Plan(2_000, 20_000, 200, 5_000);
        static final Plan QUICK = new Plan(2_000, 20_000, 200, 1_000);

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
                        + " FOR i IN 1 .. many LOOP EXECUTE format('UPDATE %I SET v = v || ''.'' WHERE id = %s', written,"
                        + " i::bigint * 7919 % rows * " + ROUNDS + "); COMMIT; END LOOP; END $$"
            };
        }
    }

    /**
     * How long it took, seconds.
     *
     * @param first until the first transaction was committed
     * @param statements until all were
     * @param all until all were at the peer
     */
    private record Times(double first, double statements, double all) {}

    /** Changes, and how long they took in the table without partitions and in the other. */
    private record Job(int changes, Times plain, Times spread) {
        double ratio() {
            return plain.all() / spread.all();
        }

        double replicationRatio() {
            return (plain.all() - plain.first()) / (spread.all() - spread.first());
        }

        double statementsRatio() {
            return plain.statements() / spread.statements();
        }
    }

    private final Plan plan;
    private final Statement east;
    private final Statement west;
    private final PrintWriter out;
    private int marks;

    private PartitionsBenchmark(Plan plan, Statement east, Statement west, PrintWriter out) {
        this.plan = plan;
        this.east = east;
        this.west = west;
        this.out = out;
    }

    static void run(PrintWriter out, Path folder, Plan plan) throws Exception {
        try (ReplicatedPair pair = new GemelPair(folder.resolve("gemel"), plan.schema())) {
            measure(out, pair, plan);
        }
        try (ReplicatedPair pair =
                new NativePair(folder.resolve("native"), List.of(PLAIN, SPREAD, MARK), plan.schema())) {
            measure(out, pair, plan);
        }
        out.println();
        out.flush();
    }

    private static void measure(PrintWriter out, ReplicatedPair pair, Plan plan) throws Exception {
        try (Connection east = pair.connectEast();
                Connection west = pair.connectWest();
                Statement write = east.createStatement();
                Statement look = west.createStatement()) {
            pair.startReplicating();
            PartitionsBenchmark benchmark = new PartitionsBenchmark(plan, write, look, out);
            benchmark.awaitMark();
            out.printf("%s, %,d partitions%n", pair.name(), plan.partitions());
            benchmark.measureJobs();
            benchmark.measureUpdates();
            out.flush();
        }
    }

    private void measureJobs() throws Exception {
        List<Job> rounds = new ArrayList<>();
        int changes = plan.inserts() + plan.updates();
        for (int round = 0; round < ROUNDS; round++) {
            Times plain = time(insert(PLAIN, round), update(PLAIN, plan.updates()));
            Times spread = time(insert(SPREAD, round), update(SPREAD, plan.updates()));
            rounds.add(new Job(changes, plain, spread));
        }
        String and = " and " + plan.updates() + " updates of a single row";
        String what = plan.inserts() + " inserts in one transaction";
        print(what + ", the first of all partitions," + and, rounds.remove(0));
        rounds.sort(Comparator.comparingDouble(Job::ratio));
        print(what + ", later ones," + and, rounds.get(rounds.size() / 2));
    }

    private String insert(String table, int round) {
        return "INSERT INTO " + table + " SELECT i * " + ROUNDS + " + " + round
                + ", 'inserted' FROM generate_series(0, " + (plan.inserts() - 1) + ") AS i";
    }

    private void measureUpdates() throws Exception {
        Times plain = time(update(PLAIN, plan.more()));
        Times spread = time(update(SPREAD, plan.more()));
        print(plan.more() + " updates of a single row", new Job(plan.more(), plain, spread));
    }

    private String update(String table, int many) {
        return "CALL touch('" + table + "', " + plan.inserts() + ", " + many + ")";
    }

    private void print(String what, Job job) {
        out.printf(
                "  %s: %,.0f a second, without partitions %,.0f; ratio %.2f, from the first commit on %.2f, of the statements alone %.2f%n",
                what,
                job.changes() / job.spread().all(),
                job.changes() / job.plain().all(),
                job.ratio(),
                job.replicationRatio(),
                job.statementsRatio());
    }

    private Times time(String... statements) throws Exception {
        long started = System.nanoTime();
        east.execute(statements[0]);
        double first = statements.length == 1 ? 0 : seconds(started); // a procedure commits at once
        for (int i = 1; i < statements.length; i++) {
            east.execute(statements[i]);
        }
        double written = seconds(started);
        awaitMark();
        return new Times(first, written, seconds(started));
    }

    private static double seconds(long started) {
        return (System.nanoTime() - started) / 1e9;
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
