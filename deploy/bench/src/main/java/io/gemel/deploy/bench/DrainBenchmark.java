package io.gemel.deploy.bench;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** How fast what was committed while replication stood still reaches the peer once it goes on. */
final class DrainBenchmark {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final long POLL_MILLIS = 50;

    /**
     * A measurement.
     *
     * @param startMillis from the start of replication to the first transaction at the peer
     * @param drainMillis from there to the last
     */
    record Result(int transactions, long startMillis, long drainMillis) {
        double perSecond() {
            return transactions * 1000.0 / Math.max(1, drainMillis);
        }

        @Override
        public String toString() {
            return String.format(
                    "%,d transactions of 4 changes in %.1f s (%,.0f a second), after %.1f s to the first",
                    transactions, drainMillis / 1000.0, perSecond(), startMillis / 1000.0);
        }
    }

    private DrainBenchmark() {}

    static Result run(ReplicatedPair pair, int transactions) throws Exception {
        pair.startReplicating(); // once, so that both are warm as far as their design allows
        pair.stopReplicating();
        try (Connection east = pair.connectEast();
                Connection west = pair.connectWest();
                Statement load = east.createStatement();
                Statement look = west.createStatement()) {
            load.execute("SET synchronous_commit = off");
            load.execute("CALL transact_many('drain', 1, " + transactions + ", 0, 1)");
            long started = System.nanoTime();
            pair.startReplicating();
            long first = 0;
            while (true) {
                long count = count(look);
                long now = System.nanoTime();
                if (count > 0 && first == 0) {
                    first = now;
                }
                if (count == transactions) {
                    return new Result(transactions, (first - started) / 1_000_000, (now - first) / 1_000_000);
                }
                if (now - started > LIMIT.toNanos()) {
                    throw new IllegalStateException(pair.name() + " brought only " + count + " of " + transactions
                            + " transactions in " + LIMIT);
                }
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    /** The greatest number, which is the count, for they come in order; cheap, so that looking disturbs nobody. */
    private static long count(Statement look) throws SQLException {
        try (ResultSet row = look.executeQuery("SELECT coalesce(max(id), 0) FROM history WHERE site = 'drain'")) {
            row.next();
            return row.getLong(1);
        }
    }
}
