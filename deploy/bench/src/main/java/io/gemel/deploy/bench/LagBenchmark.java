package io.gemel.deploy.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/** Time from a commit's return here to the row's sight at the peer, both ways, at a fixed rate of transactions. */
final class LagBenchmark {
    /** Lag of the transactions of both directions, milliseconds. */
    record Result(int transactions, double p50, double p99, double max) {
        @Override
        public String toString() {
            return String.format(
                    "lag p50 %.1f ms, p99 %.1f ms, max %.1f ms (%,d transactions)", p50, p99, max, transactions);
        }
    }

    /** Where one end of a direction connects. */
    @FunctionalInterface
    private interface End {
        Connection connect() throws SQLException;
    }

    private static final Duration GRACE = Duration.ofSeconds(60);
    private static final long LOOK_NANOS = 1_000_000;

    /** A transaction of the load; the parameters are a site, a number, and which half of the rows it may touch. */
    enum Load {
        /** Three updates and an insert. */
        FOUR_CHANGES("CALL transact(?, ?, ?, 2)", 3),
        /** One insert. At a low rate it takes longer until everything is warm. */
        ONE_ROW("INSERT INTO history VALUES (?, ?, ?, 0, 0, 0, clock_timestamp())", 10);

        private final String statement;
        private final int warmUpSeconds;

        Load(String statement, int warmUpSeconds) {
            this.statement = statement;
            this.warmUpSeconds = warmUpSeconds;
        }
    }

    private LagBenchmark() {}

    static Result run(ReplicatedPair pair, Load load, int perSecond, int seconds) throws Exception {
        int warmUp = perSecond * load.warmUpSeconds;
        int count = warmUp + perSecond * seconds;
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            AtomicLongArray eastward = new AtomicLongArray(count);
            AtomicLongArray westward = new AtomicLongArray(count);
            Future<long[]> toWest = threads.submit(looker(pair::connectWest, "east", westward));
            Future<long[]> toEast = threads.submit(looker(pair::connectEast, "west", eastward));
            Future<Void> atEast = threads.submit(writer(pair::connectEast, load, "east", 0, westward, perSecond));
            Future<Void> atWest = threads.submit(writer(pair::connectWest, load, "west", 1, eastward, perSecond));
            atEast.get();
            atWest.get();
            return result(warmUp, toWest.get(), toEast.get());
        } finally {
            threads.shutdownNow();
        }
    }

    /** Commits number n at its time in the timetable, and notes when the commit came back. */
    private static Callable<Void> writer(
            End end, Load load, String site, int part, AtomicLongArray committed, int perSecond) {
        return () -> {
            try (Connection connection = end.connect();
                    PreparedStatement call = connection.prepareStatement(load.statement)) {
                long start = System.nanoTime();
                for (int i = 0; i < committed.length(); i++) {
                    long due = start + i * 1_000_000_000L / perSecond;
                    for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
                        LockSupport.parkNanos(due - now);
                    }
                    call.setString(1, site);
                    call.setLong(2, i + 1L);
                    call.setInt(3, part);
                    call.execute();
                    committed.set(i, System.nanoTime());
                }
            }
            return null;
        };
    }

    /** Looks for new rows all the time; returns each one's lag in nanoseconds. */
    private static Callable<long[]> looker(End end, String site, AtomicLongArray committed) {
        return () -> {
            long[] lags = new long[committed.length()];
            int seen = 0;
            try (Connection connection = end.connect();
                    PreparedStatement query = connection.prepareStatement(
                            "SELECT coalesce(max(id), 0) FROM history WHERE site = ? AND id > ?")) {
                query.setString(1, site);
                long quietSince = System.nanoTime();
                while (seen < lags.length && System.nanoTime() - quietSince < GRACE.toNanos()) {
                    query.setLong(2, seen);
                    int greatest;
                    try (ResultSet row = query.executeQuery()) {
                        row.next();
                        greatest = row.getInt(1);
                    }
                    long now = System.nanoTime();
                    for (; seen < greatest; seen++) {
                        // Zero while the writer has not yet heard of its own commit: no lag at all.
                        long at = committed.get(seen);
                        lags[seen] = at == 0 ? 0 : Math.max(0, now - at);
                        quietSince = now;
                    }
                    LockSupport.parkNanos(LOOK_NANOS);
                }
            }
            if (seen < lags.length) {
                throw new IllegalStateException(
                        "only " + seen + " of " + lags.length + " transactions of " + site + " arrived");
            }
            return lags;
        };
    }

    private static Result result(int warmUp, long[]... directions) {
        long[] all = Arrays.stream(directions)
                .flatMapToLong(lags -> Arrays.stream(lags).skip(warmUp))
                .sorted()
                .toArray();
        return new Result(all.length, at(all, 0.5), at(all, 0.99), at(all, 1));
    }

    private static double at(long[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))] / 1e6;
    }
}
