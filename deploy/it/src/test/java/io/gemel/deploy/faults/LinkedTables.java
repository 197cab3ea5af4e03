package io.gemel.deploy.faults;

import io.gemel.deploy.faults.FaultTables.Table;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tables whose rows depend on other rows, so that a conflict is more than a pair of changes of one key: rows that want the
 * same unique value, rows that refer to others, the effects of submissions that both sites carry out, and rows that one
 * site refuses.
 */
final class LinkedTables {
    static final int ROWS = 12;
    static final int PARENTS = 8;
    static final int PURSES = 3;

    /** Tables with a unique column {@code name}; a loser gives up its name in the first and its place in the second. */
    static final List<String> NAMED = List.of("nick", "badge");

    /** Tables with rows that refer to those of {@code parent}. */
    static final List<String> CHILDREN = List.of("kept_child", "revived_child", "removed_child");

    /** Site settings that the tables need. */
    static final Map<String, String> SETTINGS = Map.of(
            "conflict.policy.public.revived_child", "last-writer-wins, orphan(revive)",
            "conflict.policy.public.removed_child", "last-writer-wins, orphan(remove)",
            "conflict.policy.public.purse", "last-writer-wins, delta(n)");

    static final List<Table> ALL = List.of(
            new Table("nick", "id::text"),
            new Table("badge", "id::text"),
            new Table("parent", "id::text"),
            new Table("kept_child", "id::text"),
            new Table("revived_child", "id::text"),
            new Table("removed_child", "id::text"),
            new Table("purse", "id::text"),
            new Table("effect", "id"),
            new Table("strict", "id"),
            new Table("gemel.submission", "key"));

    /** What {@code ALL} are called in a log and a journal. */
    static final Set<String> NAMES = Set.of(
            "nick",
            "badge",
            "parent",
            "kept_child",
            "revived_child",
            "removed_child",
            "purse",
            "effect",
            "strict",
            "submission");

    static final String[] SCHEMA = {
        "CREATE TABLE nick (id int PRIMARY KEY, name text UNIQUE, note text)",
        "CREATE TABLE badge (id int PRIMARY KEY, name text NOT NULL UNIQUE, note text)",
        "CREATE TABLE parent (id int PRIMARY KEY, note text)",
        "CREATE TABLE kept_child (id int PRIMARY KEY, parent int REFERENCES parent, note text)",
        "CREATE TABLE revived_child (id int PRIMARY KEY, parent int REFERENCES parent, note text)",
        "CREATE TABLE removed_child (id int PRIMARY KEY, parent int REFERENCES parent, note text)",
        "CREATE TABLE purse (id int PRIMARY KEY, n bigint NOT NULL)",
        "INSERT INTO purse SELECT i, 0 FROM generate_series(0, " + (PURSES - 1) + ") i",
        "CREATE TABLE effect (id text PRIMARY KEY, submission text, attempt bigint, purse int, amount bigint)",
        "CREATE TABLE strict (id text PRIMARY KEY, note text)"
    };

    /** Rows without the row that they refer to, in tables that do not keep such rows. */
    static final String ORPHANS = "SELECT 'revived_child ' || id || ' of parent ' || parent FROM revived_child AS c"
            + " WHERE NOT EXISTS (SELECT FROM parent AS p WHERE p.id = c.parent)"
            + " UNION ALL SELECT 'removed_child ' || id || ' of parent ' || parent FROM removed_child AS c"
            + " WHERE NOT EXISTS (SELECT FROM parent AS p WHERE p.id = c.parent)";

    /** Submissions whose effects are not exactly those of the attempt in the ledger. */
    static final String EFFECTS = "SELECT 'submission ' || coalesce(s.key, e.submission) || ' has attempt '"
            + " || coalesce(s.attempt::text, 'none') || ' in the ledger, effects of attempts '"
            + " || coalesce(e.attempts, 'none') FROM gemel.submission AS s FULL JOIN (SELECT submission,"
            + " string_agg(attempt::text, ', ') AS attempts FROM effect GROUP BY 1) AS e ON e.submission = s.key"
            + " WHERE s.attempt::text IS DISTINCT FROM e.attempts";

    /** Purses that do not hold what the effects say. */
    static final String PURSES_WRONG = "SELECT 'purse ' || p.id || ' is ' || n || ', the sum of its effects '"
            + " || coalesce(sum(e.amount), 0) FROM purse AS p LEFT JOIN effect AS e ON e.purse = p.id"
            + " GROUP BY p.id, n HAVING n <> coalesce(sum(e.amount), 0)";

    /** Transactions that wait for a person. */
    static final String PARKED = "SELECT origin || '/' || position || ' is parked: ' || reason FROM gemel.parked";

    private LinkedTables() {}
}
