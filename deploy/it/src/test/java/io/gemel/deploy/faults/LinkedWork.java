package io.gemel.deploy.faults;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;

/** What a transaction of the workload does to rows that depend on others. Stateless. */
final class LinkedWork {
    private static final List<String> NAMES = List.of("ada", "bob", "cy", "dot", "eve", "fay", "gus", "hal");
    private static final int ATTEMPTS = 3;

    private LinkedWork() {}

    /** Takes a name that others want, too, from nobody or from its bearer, gives names back, or swaps two. */
    static void claim(Statement statement, String id, Random random) throws SQLException {
        String table = any(LinkedTables.NAMED, random);
        String name = any(NAMES, random);
        int row = random.nextInt(LinkedTables.ROWS);
        int other = random.nextInt(LinkedTables.ROWS);
        statement.execute(
                switch (random.nextInt(10)) {
                    case 0 -> "DELETE FROM " + table + " WHERE id = " + row;
                    case 1 -> giveBack(table, id, "id % 3 = " + row % 3);
                    case 2 -> "UPDATE " + table + " SET note = '" + id + "' WHERE id = " + row;
                    case 3 -> take(table, id, name, row);
                    case 4, 5 -> giveBack(table, id, "name = '" + name + "'") + "; " + take(table, id, name, row);
                    case 6, 7 -> swap(table, id, row, other);
                    default ->
                        "INSERT INTO " + table + " VALUES (" + row + ", '" + name + "', '" + id
                                + "') ON CONFLICT DO NOTHING";
                });
    }

    private static String giveBack(String table, String id, String which) {
        return table.equals("nick")
                ? "UPDATE nick SET name = NULL, note = '" + id + "' WHERE " + which
                : "DELETE FROM badge WHERE " + which;
    }

    private static String take(String table, String id, String name, int row) {
        return "UPDATE " + table + " SET name = '" + name + "', note = '" + id + "' WHERE id = " + row
                + " AND NOT EXISTS (SELECT FROM " + table + " WHERE name = '" + name + "')";
    }

    private static String swap(String table, String id, int one, int other) {
        String set = "UPDATE " + table + " SET note = '" + id + "', name = ";
        return "DO $$ DECLARE a text; b text; BEGIN" + " SELECT name INTO a FROM " + table + " WHERE id = " + one
                + " FOR UPDATE; SELECT name INTO b FROM " + table + " WHERE id = " + other
                + " AND id <> " + one + " FOR UPDATE; IF a IS NOT NULL AND b IS NOT NULL THEN " + set + "'" + id
                + "' WHERE id = " + one + "; " + set + "a WHERE id = " + other + "; " + set + "b WHERE id = " + one
                + "; END IF; END $$";
    }

    /** Writes parents and their children, or deletes a parent with all children that this site knows of. */
    static void relate(Statement statement, String id, Random random) throws SQLException {
        int parent = random.nextInt(LinkedTables.PARENTS);
        int child = random.nextInt(LinkedTables.ROWS);
        String table = any(LinkedTables.CHILDREN, random);
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                for (String each : LinkedTables.CHILDREN) {
                    statement.execute("DELETE FROM " + each + " WHERE parent = " + parent);
                }
                statement.execute("DELETE FROM parent WHERE id = " + parent);
            }
            case 2, 3 ->
                statement.execute("INSERT INTO parent VALUES (" + parent + ", '" + id + "') ON CONFLICT DO NOTHING");
            case 4 -> statement.execute("UPDATE parent SET note = '" + id + "' WHERE id = " + parent);
            case 5 -> statement.execute("UPDATE " + table + " SET note = '" + id + "' WHERE id = " + child);
            default ->
                statement.execute("INSERT INTO " + table + " SELECT " + child + ", id, '" + id
                        + "' FROM parent WHERE id = " + parent + " ON CONFLICT (id) DO UPDATE SET"
                        + " parent = EXCLUDED.parent, note = EXCLUDED.note");
        }
    }

    /**
     * Carries out a submission, unless the ledger says that it was: claims it, then adds to a purse and says so.
     *
     * @param key the submission's
     */
    static void submit(Statement statement, String id, String key, Random random) throws SQLException {
        int attempt = 1 + random.nextInt(ATTEMPTS);
        int purse = random.nextInt(LinkedTables.PURSES);
        int amount = 1 + random.nextInt(9);
        int claimed = statement.executeUpdate("INSERT INTO gemel.submission (key, attempt, site) VALUES ('" + key
                + "', " + attempt + ", '" + id + "') ON CONFLICT DO NOTHING");
        if (claimed == 1) {
            statement.execute("UPDATE purse SET n = n + " + amount + " WHERE id = " + purse);
            statement.execute("INSERT INTO effect VALUES ('" + id + "', '" + key + "', " + attempt + ", " + purse + ", "
                    + amount + ")");
        }
    }

    private static String any(List<String> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }
}
