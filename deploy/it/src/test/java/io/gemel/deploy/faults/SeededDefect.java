package io.gemel.deploy.faults;

import java.util.stream.Stream;

/**
 * Something spoilt in the databases of two sites, to see which checker says so.
 *
 * @param what in words
 * @param victim finds at west what is spoilt; its first column is what the checker must name
 * @param both spoils it, {@code $} being the victim, at both sites
 * @param west spoils it, {@code $} being the victim, at west only
 */
record SeededDefect(String what, Checkers broken, String victim, String both, String west) {
    static Stream<SeededDefect> all() {
        return Stream.concat(plain(), linked());
    }

    /** What can be spoilt in linked tables. */
    private static Stream<SeededDefect> linked() {
        String submission = "SELECT submission FROM effect LIMIT 1";
        return Stream.of(
                new SeededDefect(
                        "a name that its loser kept at one site",
                        Checkers.CONVERGENCE,
                        "SELECT 'nick ' || id FROM nick LIMIT 1",
                        "",
                        "UPDATE nick SET name = 'loser' WHERE 'nick ' || id = '$'"),
                new SeededDefect(
                        "an orphan at both sites",
                        Checkers.NO_ORPHANS,
                        "SELECT 'revived_child 99 of parent 99'",
                        "SET LOCAL session_replication_role = replica;"
                                + " INSERT INTO revived_child SELECT 99, 99, split_part('$', ' ', 1)",
                        ""),
                new SeededDefect(
                        "a row that lost its place in a circle at both sites",
                        Checkers.NO_ORPHANS,
                        "SELECT 'member 99 of team 99'",
                        "SET LOCAL session_replication_role = replica;"
                                + " INSERT INTO member SELECT 99, 99, split_part('$', ' ', 1)",
                        ""),
                new SeededDefect(
                        "both attempts at a submission at both sites",
                        Checkers.ONE_EFFECT,
                        submission,
                        "INSERT INTO effect SELECT id || '+', submission, attempt, purse, 0 FROM effect WHERE submission = '$'",
                        ""),
                new SeededDefect(
                        "the effect of the void attempt at both sites",
                        Checkers.ONE_EFFECT,
                        submission,
                        "UPDATE effect SET attempt = attempt + 1 WHERE submission = '$'",
                        ""),
                new SeededDefect(
                        "a void attempt that still counts in a purse",
                        Checkers.ONE_EFFECT,
                        "SELECT 'purse ' || purse FROM effect LIMIT 1",
                        "UPDATE purse SET n = n + 1 WHERE 'purse ' || id = '$'",
                        ""),
                new SeededDefect(
                        "a submission that has had no effect and is in no ledger",
                        Checkers.ONE_EFFECT,
                        submission,
                        "UPDATE purse SET n = n - amount FROM effect WHERE purse = purse.id AND submission = '$'; "
                                + "DELETE FROM effect WHERE submission = '$'; DELETE FROM gemel.submission WHERE key = '$'",
                        ""),
                new SeededDefect(
                        "a transaction that waits for a person",
                        Checkers.NOTHING_PARKED,
                        "SELECT 'nobody'",
                        "",
                        "INSERT INTO gemel.parked (origin, position, reason, body) VALUES ('$', 1, 'refused', '')"));
    }

    private static Stream<SeededDefect> plain() {
        String foreign = "SELECT id FROM entry WHERE id LIKE 'e%' LIMIT 1";
        String pair = "SELECT id FROM left_half LIMIT 1";
        return Stream.of(
                new SeededDefect(
                        "a lost transaction", Checkers.NO_LOSS, foreign, "DELETE FROM entry WHERE id = '$'", ""),
                new SeededDefect(
                        "a change dropped at one site",
                        Checkers.CONVERGENCE,
                        pair,
                        "",
                        "DELETE FROM left_half WHERE id = '$'"),
                new SeededDefect(
                        "a transaction from nowhere",
                        Checkers.NO_LOSS,
                        "SELECT 'e-stray'",
                        "INSERT INTO entry VALUES ('$', now())",
                        ""),
                new SeededDefect(
                        "an increment applied twice at both sites",
                        Checkers.EXACTLY_ONCE,
                        "SELECT 'counter ' || counter FROM tally LIMIT 1",
                        "UPDATE counter SET n = n + 1 WHERE 'counter ' || id = '$'",
                        ""),
                new SeededDefect(
                        "an insert applied twice",
                        Checkers.EXACTLY_ONCE,
                        foreign,
                        "",
                        "INSERT INTO oracle.applied_entry VALUES ('$')"),
                new SeededDefect(
                        "a value that differs in its sign only",
                        Checkers.CONVERGENCE,
                        "SELECT 'account ' || id FROM account WHERE ratio IS DISTINCT FROM '-0' LIMIT 1",
                        "UPDATE account SET ratio = 0 WHERE 'account ' || id = '$'",
                        "UPDATE account SET ratio = '-0' WHERE 'account ' || id = '$'"),
                new SeededDefect(
                        "a winner flipped at both sites",
                        Checkers.SAME_WINNER,
                        "SELECT incoming_version FROM gemel.journal WHERE table_name = 'account' LIMIT 1",
                        "UPDATE gemel.journal SET winner_site = CASE winner_site WHEN 'east' THEN 'west' ELSE 'east' END"
                                + " WHERE $ IN (local_version, incoming_version)",
                        ""),
                new SeededDefect(
                        "a conflict that one site does not know of",
                        Checkers.SAME_WINNER,
                        "SELECT incoming_version FROM gemel.journal WHERE table_name = 'account' LIMIT 1",
                        "",
                        "DELETE FROM gemel.journal WHERE incoming_version = $"),
                new SeededDefect(
                        "the loser's row at both sites",
                        Checkers.LAST_CHANGE_STANDS,
                        "SELECT 'account ' || id FROM account LIMIT 1",
                        "UPDATE account SET owner = 'loser' WHERE 'account ' || id = '$'",
                        ""),
                new SeededDefect(
                        "a torn transaction",
                        Checkers.WHOLE_TRANSACTIONS,
                        pair,
                        "DELETE FROM right_half WHERE id = '$'",
                        ""),
                new SeededDefect(
                        "a later transaction before an earlier one",
                        Checkers.ORIGIN_ORDER,
                        "SELECT writer FROM odd_step WHERE n = 3 LIMIT 1",
                        "",
                        "DELETE FROM odd_step WHERE writer = '$' AND n = 3"),
                new SeededDefect(
                        "a commit that was never published",
                        Checkers.NO_LOOP,
                        "SELECT 'w-silent'",
                        "INSERT INTO entry VALUES ('$', now())",
                        ""));
    }

    @Override
    public String toString() {
        return what;
    }
}
