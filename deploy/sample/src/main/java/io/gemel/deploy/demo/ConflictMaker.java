package io.gemel.deploy.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.random.RandomGenerator;

/**
 * Changes the same row at both sites at the same moment. Both transactions write before either commits, so neither can have
 * seen the other, and each pair is a conflict for certain. Used by one thread.
 */
final class ConflictMaker implements AutoCloseable {
    private static final int BALANCE_MAX = 500;
    private static final int KINDS = 3;

    private final Connection east;
    private final Connection west;
    private final RandomGenerator random;
    private int rounds;

    ConflictMaker(EmbeddedSite east, EmbeddedSite west, RandomGenerator random) throws SQLException {
        this.east = east.connect();
        this.west = west.connect();
        this.east.setAutoCommit(false);
        this.west.setAutoCommit(false);
        this.random = random;
    }

    /** Makes one conflict, of each kind in turn. */
    void make() throws SQLException {
        int customer = Bank.ACCOUNTS - rounds;
        switch (rounds++ % KINDS) {
            case 0 -> {
                int account = random.nextInt(1, Bank.SHARED_ACCOUNTS + 1);
                atOnce(
                        Bank.setBalance(account, random.nextInt(BALANCE_MAX)),
                        Bank.setBalance(account, random.nextInt(BALANCE_MAX)));
            }
            case 1 -> {
                int added = Bank.ACCOUNTS + rounds;
                atOnce(Bank.addCustomer(added, "Ada from east"), Bank.addCustomer(added, "Bob from west"));
            }
            default ->
                // Beginning with the last customer: each is removed at most once.
                atOnce(Bank.setEmail(customer, "new" + customer + "@example.org"), Bank.removeCustomer(customer));
        }
    }

    private void atOnce(String atEast, String atWest) throws SQLException {
        try (Statement eastStatement = east.createStatement();
                Statement westStatement = west.createStatement()) {
            eastStatement.execute(atEast);
            westStatement.execute(atWest);
        }
        // Who commits first is left to chance, so that each site wins now and then.
        boolean eastFirst = random.nextBoolean();
        (eastFirst ? east : west).commit();
        (eastFirst ? west : east).commit();
    }

    @Override
    public void close() throws SQLException {
        east.close();
        west.close();
    }
}
