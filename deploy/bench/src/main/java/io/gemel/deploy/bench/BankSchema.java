package io.gemel.deploy.bench;

/** The tables of the benchmark, shaped like pgbench's, and its transaction of four changes. */
final class BankSchema {
    static final int ACCOUNTS = 20_000;
    static final int TELLERS = 200;
    static final int BRANCHES = 20;

    static final String[] CREATE = {
        "CREATE TABLE branch (id int PRIMARY KEY, balance bigint NOT NULL, filler text NOT NULL)",
        "CREATE TABLE teller (id int PRIMARY KEY, branch int NOT NULL, balance bigint NOT NULL, filler text NOT NULL)",
        "CREATE TABLE account (id int PRIMARY KEY, branch int NOT NULL, balance bigint NOT NULL, filler text NOT NULL)",
        "CREATE TABLE history (site text, id bigint, teller int NOT NULL, branch int NOT NULL, account int NOT NULL,"
                + " delta int NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (site, id))",
        "INSERT INTO branch SELECT i, 0, repeat('b', 40) FROM generate_series(0, " + (BRANCHES - 1) + ") i",
        "INSERT INTO teller SELECT i, i / 10, 0, repeat('t', 40) FROM generate_series(0, " + (TELLERS - 1) + ") i",
        "INSERT INTO account SELECT i, i / 1000, 0, repeat('a', 60) FROM generate_series(0, " + (ACCOUNTS - 1) + ") i",
        """
        CREATE PROCEDURE transact(writer text, number bigint, part int, parts int) LANGUAGE plpgsql AS $$
        DECLARE
          a int := (hashint8(number) & 2147483647) % (%1$d / parts) * parts + part;
          t int := (hashint8(number * 7) & 2147483647) % (%2$d / parts) * parts + part;
          b int := (hashint8(number * 13) & 2147483647) % (%3$d / parts) * parts + part;
          d int := (hashint8(number * 17) & 2147483647) % 1000 - 500;
        BEGIN
          UPDATE account SET balance = balance + d WHERE id = a;
          UPDATE teller SET balance = balance + d WHERE id = t;
          UPDATE branch SET balance = balance + d WHERE id = b;
          INSERT INTO history VALUES (writer, number, t, b, a, d, clock_timestamp());
        END $$
        """.replace("%1$d", String.valueOf(ACCOUNTS))
                .replace("%2$d", String.valueOf(TELLERS))
                .replace("%3$d", String.valueOf(BRANCHES)),
        """
        CREATE PROCEDURE transact_many(writer text, first bigint, last bigint, part int, parts int) LANGUAGE plpgsql AS $$
        BEGIN
          FOR number IN first .. last LOOP
            CALL transact(writer, number, part, parts);
            COMMIT;
          END LOOP;
        END $$
        """
    };

    static final String[] TABLES = {"branch", "teller", "account", "history"};

    private BankSchema() {}
}
