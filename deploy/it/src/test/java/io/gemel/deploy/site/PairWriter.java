package io.gemel.deploy.site;

import io.gemel.deploy.fixture.SiteFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An application at one site: transactions that change two rows out of few, so that they conflict, and insert one row into
 * each of two tables, so that half a transaction, a lost one and a doubled one would show. Goes on through every failure.
 */
final class PairWriter implements Callable<Void> {
    /** What the writers write to; {@code account} is small and contested, the halves grow. */
    static final String[] SCHEMA = {
        "CREATE TABLE account (id int PRIMARY KEY, owner text, balance bigint)",
        "CREATE TABLE left_half (id text PRIMARY KEY, at timestamptz DEFAULT clock_timestamp())",
        "CREATE TABLE right_half (id text PRIMARY KEY, at timestamptz DEFAULT clock_timestamp())"
    };

    /** Number of halves without the other one, in one snapshot. */
    static final String HALF_TRANSACTIONS =
            "SELECT count(*) FROM left_half FULL JOIN right_half USING (id) WHERE left_half.at IS NULL OR right_half.at IS NULL";

    private static final int KEYS = 1_000;
    private static final int PAUSE_MILLIS_MAX = 50;

    private final SiteFixture site;
    private final String name;
    private final Random random;
    private final AtomicBoolean stopped;
    private final Set<String> acknowledged = Collections.synchronizedSet(new HashSet<>());
    private int next;

    PairWriter(SiteFixture site, String name, Random random, AtomicBoolean stopped) {
        this.site = site;
        this.name = name;
        this.random = random;
        this.stopped = stopped;
    }

    /** Ids of the transactions whose commit was acknowledged. */
    Set<String> acknowledged() {
        return acknowledged;
    }

    @Override
    public Void call() throws InterruptedException {
        while (!stopped.get()) {
            try (Connection connection = site.connect();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                while (!stopped.get()) {
                    write(connection, statement);
                }
            } catch (SQLException e) {
                Thread.sleep(
                        PAUSE_MILLIS_MAX); // a deadlock, or the server is away: with the next id on a new connection
            }
        }
        return null;
    }

    private void write(Connection connection, Statement statement) throws SQLException, InterruptedException {
        String id = name + "-" + next++;
        int first = random.nextInt(KEYS);
        changeAccount(statement, id, first);
        changeAccount(statement, id, (first + 1 + random.nextInt(KEYS - 1)) % KEYS);
        statement.execute("INSERT INTO left_half VALUES ('" + id + "')");
        statement.execute("INSERT INTO right_half VALUES ('" + id + "')");
        connection.commit();
        acknowledged.add(id);
        Thread.sleep(random.nextInt(PAUSE_MILLIS_MAX));
    }

    private void changeAccount(Statement statement, String owner, int key) throws SQLException {
        statement.execute(
                switch (random.nextInt(6)) {
                    case 0 -> "DELETE FROM account WHERE id = " + key;
                    case 1 -> "INSERT INTO account VALUES (" + key + ", '" + owner + "', 0) ON CONFLICT DO NOTHING";
                    default -> "UPDATE account SET owner = '" + owner + "', balance = balance + 1 WHERE id = " + key;
                });
    }
}
