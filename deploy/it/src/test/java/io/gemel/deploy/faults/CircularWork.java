package io.gemel.deploy.faults;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;

/** What a transaction of the workload does to rows whose foreign keys go in circles. Stateless. */
final class CircularWork {
    private CircularWork() {}

    /** Adds to a tree or a team, takes from it, or changes it. */
    static void turn(Statement statement, String id, Random random) throws SQLException {
        if (random.nextBoolean()) {
            String table = CircularTables.TREES.get(random.nextInt(CircularTables.TREES.size()));
            tree(statement, table, id, random);
        } else {
            team(statement, id, random);
        }
    }

    private static void tree(Statement statement, String table, String id, Random random) throws SQLException {
        int row = random.nextInt(CircularTables.ROWS);
        int other = random.nextInt(CircularTables.ROWS);
        switch (random.nextInt(8)) {
            case 0 ->
                statement.execute("WITH RECURSIVE below AS (SELECT " + row + " AS id UNION SELECT t.id FROM " + table
                        + " AS t JOIN below ON t.boss = below.id) DELETE FROM " + table
                        + " WHERE id IN (SELECT id FROM below)");
            case 1 ->
                statement.execute("INSERT INTO " + table + " VALUES (" + row % CircularTables.ROOTS + ", NULL, '" + id
                        + "') ON CONFLICT DO NOTHING");
            case 2, 3 -> {
                // An update of a twig that the other site has removed would bring it back without what it grew on.
                if (table.equals("staff")) {
                    statement.execute("UPDATE staff SET note = '" + id + "' WHERE id = " + row);
                    statement.execute("UPDATE staff SET boss = " + other + " WHERE id = " + row
                            + " AND EXISTS (SELECT FROM staff WHERE id = " + other + ")");
                }
            }
            default ->
                statement.execute("INSERT INTO " + table + " SELECT " + row + ", id, '" + id + "' FROM " + table
                        + " WHERE id = " + other + " ON CONFLICT DO NOTHING");
        }
    }

    private static void team(Statement statement, String id, Random random) throws SQLException {
        int team = random.nextInt(CircularTables.TEAMS);
        int member = random.nextInt(CircularTables.ROWS);
        switch (random.nextInt(8)) {
            case 0 -> {
                statement.execute("UPDATE team SET lead = NULL, note = '" + id + "' WHERE id <> " + team
                        + " AND lead IN (SELECT id FROM member WHERE team = " + team + ")");
                statement.execute("DELETE FROM team WHERE id = " + team);
                statement.execute("DELETE FROM member WHERE team = " + team);
            }
            case 1, 2 -> {
                statement.execute(
                        "INSERT INTO team VALUES (" + team + ", " + member + ", '" + id + "') ON CONFLICT DO NOTHING");
                statement.execute("INSERT INTO member VALUES (" + member + ", " + team + ", '" + id
                        + "') ON CONFLICT DO NOTHING");
            }
            case 3 ->
                statement.execute("UPDATE team SET note = '" + id
                        + "', lead = (SELECT min(id) FROM member WHERE team = " + team + ") WHERE id = " + team);
            case 4 -> {
                statement.execute("UPDATE team SET lead = NULL, note = '" + id + "' WHERE lead = " + member);
                statement.execute("DELETE FROM member WHERE id = " + member);
            }
            default ->
                statement.execute("INSERT INTO member SELECT " + member + ", id, '" + id + "' FROM team WHERE id = "
                        + team + " ON CONFLICT DO NOTHING");
        }
    }
}
