package io.gemel.deploy.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * The everyday work of the bank at one site: transfers between accounts that are the site's own, by a few threads at a steady
 * rate. It knows nothing of replication. Closing ends the threads.
 */
final class Load implements AutoCloseable {
    private static final int THREADS = 2;
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int AMOUNT_MAX = 20;

    private final EmbeddedSite site;
    private final int firstAccount;
    private final int lastAccount;
    private final long pauseNanos;
    private final AtomicLong committed = new AtomicLong();
    private final AtomicReference<@Nullable SQLException> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ended;

    /**
     * Prepares the load.
     *
     * @param firstAccount first of the accounts it works on
     * @param lastAccount last of them
     * @param rate transactions a second, of all threads together
     */
    Load(EmbeddedSite site, int firstAccount, int lastAccount, int rate) {
        this.site = site;
        this.firstAccount = firstAccount;
        this.lastAccount = lastAccount;
        pauseNanos = SECOND_NANOS * THREADS / rate;
    }

    /** Begins; each thread draws from a generator of its own. */
    Load start(long seed) {
        for (int i = 0; i < THREADS; i++) {
            RandomGenerator random = RandomGeneratorFactory.getDefault().create(seed + i);
            Thread thread = new Thread(() -> work(random), "bank-" + site.name() + "-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        return this;
    }

    /** Transactions committed so far. */
    long committed() {
        return committed.get();
    }

    private void work(RandomGenerator random) {
        try (Connection connection = site.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            long next = System.nanoTime();
            while (!ended) {
                int from = random.nextInt(firstAccount, lastAccount + 1);
                int to = from == lastAccount ? firstAccount : from + 1;
                UUID id = new UUID(random.nextLong(), random.nextLong());
                for (String sql : Bank.transfer(id, from, to, random.nextInt(1, AMOUNT_MAX))) {
                    statement.execute(sql);
                }
                connection.commit();
                committed.incrementAndGet();
                next = Math.max(next + pauseNanos, System.nanoTime() - SECOND_NANOS);
                LockSupport.parkNanos(next - System.nanoTime());
            }
        } catch (SQLException e) {
            failure.compareAndSet(null, e);
        }
    }

    /**
     * Ends the load and waits for its last transactions.
     *
     * @throws SQLException when a transaction has failed
     */
    void finish() throws SQLException {
        close();
        SQLException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }

    @Override
    public void close() {
        ended = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
