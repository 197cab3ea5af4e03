package io.gemel.deploy.faults;

import java.util.List;
import java.util.Map;

/**
 * Tables whose foreign keys go in circles: of a table to itself, checked at once or at the commit, and of two tables to each
 * other. Whoever is deleted at one site while the other writes somebody below comes back, or takes the other along.
 */
final class CircularTables {
    static final int ROWS = 16;
    static final int ROOTS = 3;
    static final int TEAMS = 4;

    /** Tables with rows that refer to others of the same table, both by a column {@code boss}. */
    static final List<String> TREES = List.of("staff", "twig");

    /** What the tables are called in a log and a journal. */
    static final List<String> NAMES = List.of("staff", "twig", "team", "member");

    /** Site settings that the tables need. */
    static final Map<String, String> SETTINGS = Map.of(
            "conflict.policy.public.staff", "last-writer-wins, orphan(revive)",
            "conflict.policy.public.twig", "last-writer-wins, orphan(remove)",
            "conflict.policy.public.team", "last-writer-wins, orphan(revive)",
            "conflict.policy.public.member", "last-writer-wins, orphan(revive)");

    static final String[] SCHEMA = {
        "CREATE TABLE staff (id int PRIMARY KEY, boss int REFERENCES staff, note text)",
        "CREATE TABLE twig (id int PRIMARY KEY, boss int REFERENCES twig DEFERRABLE INITIALLY DEFERRED, note text)",
        "CREATE TABLE team (id int PRIMARY KEY, lead int, note text)",
        "CREATE TABLE member (id int PRIMARY KEY, team int REFERENCES team DEFERRABLE INITIALLY DEFERRED, note text)",
        "ALTER TABLE team ADD FOREIGN KEY (lead) REFERENCES member DEFERRABLE INITIALLY DEFERRED"
    };

    /** Rows without the row that they refer to; none of these tables keeps such. */
    static final String ORPHANS = orphans("staff", "boss", "staff") + " UNION ALL " + orphans("twig", "boss", "twig")
            + " UNION ALL " + orphans("team", "lead", "member") + " UNION ALL " + orphans("member", "team", "team");

    private CircularTables() {}

    private static String orphans(String table, String column, String of) {
        return "SELECT '" + table + " ' || id || ' of " + of + " ' || " + column + " FROM " + table
                + " AS c WHERE NOT EXISTS (SELECT FROM " + of + " AS p WHERE p.id = c." + column + ") AND " + column
                + " IS NOT NULL";
    }
}
