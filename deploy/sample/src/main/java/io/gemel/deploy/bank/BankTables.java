package io.gemel.deploy.bank;

import java.util.List;

/** The bank's tables, the same at both sites. */
public final class BankTables {
    public static final int ACCOUNTS = 1_000;
    public static final int OPENING_BALANCE = 1_000_000;

    /** The rule for conflicts that keeps the sum of all balances, and each change of a version seen: a line of {@code site.properties}. */
    public static final String POLICY_KEY = "conflict.policy.public.account";

    public static final String POLICY = "last-writer-wins, delta(balance, version)";

    /**
     * {@code effect} gets a row from whatever is carried out, under a primary key of its own and with no other unique index: had a
     * submission two effects, it would have two rows.
     */
    public static final List<String> CREATE = List.of(
            "CREATE TABLE account (id int PRIMARY KEY, owner text NOT NULL, balance bigint NOT NULL, version bigint NOT NULL DEFAULT 0)",
            """
            CREATE TABLE transfer (id uuid PRIMARY KEY, from_account int NOT NULL, to_account int NOT NULL,
              amount bigint NOT NULL, vm text NOT NULL, at timestamptz NOT NULL)\
            """,
            "CREATE TABLE purchase (id uuid PRIMARY KEY, account int NOT NULL, total bigint NOT NULL, vm text NOT"
                    + " NULL)",
            """
            CREATE TABLE purchase_line (id uuid PRIMARY KEY, purchase uuid NOT NULL REFERENCES purchase, article text NOT NULL,
              price bigint NOT NULL)\
            """,
            """
            CREATE TABLE effect (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), key text NOT NULL, site text NOT NULL,
              vm text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())\
            """,
            "CREATE INDEX effect_key ON effect (key)");

    /** The accounts with their opening balances; run at both sites before they replicate, or at one of them afterwards. */
    public static final String OPENING = "INSERT INTO account SELECT i, 'customer ' || i, " + OPENING_BALANCE
            + " FROM generate_series(1, " + ACCOUNTS + ") i";

    public static final List<String> NAMES = List.of("account", "transfer", "purchase", "purchase_line", "effect");

    private BankTables() {}

    /** Lets the role that the bank's VMs work as use the tables. */
    public static String grantTo(String role) {
        return "GRANT SELECT, INSERT, UPDATE ON " + String.join(", ", NAMES) + " TO " + role;
    }
}
