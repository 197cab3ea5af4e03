package io.gemel.deploy.demo;

import java.util.List;
import java.util.UUID;

/** The tables of a small bank, and what its application does with them. */
final class Bank {
    /** How many accounts and customers there are at the beginning. */
    static final int ACCOUNTS = 1_000;

    /** Accounts that both sites change at the same moment; the everyday load leaves them alone. */
    static final int SHARED_ACCOUNTS = 10;

    static final int OPENING_BALANCE = 1_000;

    static final String[] SCHEMA = {
        "CREATE TABLE account (id int PRIMARY KEY, owner text NOT NULL, balance bigint NOT NULL)",
        """
        CREATE TABLE transfer (id uuid PRIMARY KEY, from_account int NOT NULL, to_account int NOT NULL,
          amount bigint NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())""",
        "CREATE TABLE profile (customer int PRIMARY KEY, name text NOT NULL, email text)"
    };

    static final String[] OPENING = {
        "INSERT INTO account SELECT i, 'customer ' || i, " + OPENING_BALANCE + " FROM generate_series(1, " + ACCOUNTS
                + ") i",
        "INSERT INTO profile SELECT i, 'customer ' || i, 'c' || i || '@example.org' FROM generate_series(1, " + ACCOUNTS
                + ") i"
    };

    private Bank() {}

    /** One transaction: money goes from one account to another. The accounts are locked in the order of their numbers. */
    static List<String> transfer(UUID id, int from, int to, int amount) {
        boolean ascending = from < to;
        String give = "UPDATE account SET balance = balance - " + amount + " WHERE id = " + from;
        String take = "UPDATE account SET balance = balance + " + amount + " WHERE id = " + to;
        return List.of(
                ascending ? give : take,
                ascending ? take : give,
                "INSERT INTO transfer VALUES ('" + id + "', " + from + ", " + to + ", " + amount + ")");
    }

    static String setBalance(int account, int balance) {
        return "UPDATE account SET balance = " + balance + " WHERE id = " + account;
    }

    static String addCustomer(int customer, String name) {
        return "INSERT INTO profile VALUES (" + customer + ", '" + name + "', NULL)";
    }

    static String setEmail(int customer, String email) {
        return "UPDATE profile SET email = '" + email + "' WHERE customer = " + customer;
    }

    static String removeCustomer(int customer) {
        return "DELETE FROM profile WHERE customer = " + customer;
    }
}
