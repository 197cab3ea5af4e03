package io.gemel.deploy.demo;

import io.gemel.deploy.bank.BankExchange;
import io.gemel.deploy.bank.BankTables;
import io.gemel.deploy.database.Sql;
import io.gemel.transaction.GemelTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What became of the clients' submissions, by their own log and both databases.
 *
 * @param sent submissions
 * @param acknowledged those whose client was told that they were done
 * @param unanswered those whose client gave up
 * @param effects submissions with an effect, at east
 * @param doubled submissions with more than one effect at either site
 * @param lost acknowledged submissions without an effect at either site
 * @param differing tables whose rows differ
 */
record BankVerdict(
        int sent, int acknowledged, int unanswered, int effects, int doubled, int lost, List<String> differing) {
    private static final String DIGEST = """
        SELECT count(*) || ' rows, ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C")), 'empty') FROM %s AS t\
        """;

    BankVerdict {
        differing = List.copyOf(differing);
    }

    /** Judges when both sites have heard everything of each other. */
    static BankVerdict of(List<BankExchange> log, EmbeddedSite east, EmbeddedSite west) throws SQLException {
        try (Connection eastern = east.connect();
                Connection western = west.connect()) {
            Set<String> doubled = new HashSet<>();
            Set<String> lost = new HashSet<>();
            int effects = 0;
            for (Connection each : List.of(western, eastern)) {
                Map<String, Integer> counts = new HashMap<>();
                Sql.list(
                        each,
                        row -> counts.put(row.getString(1), row.getInt(2)),
                        "SELECT key, count(*) FROM effect GROUP BY key");
                effects = counts.size();
                counts.forEach((key, count) -> {
                    if (count > 1) {
                        doubled.add(key);
                    }
                });
                log.stream()
                        .filter(sent -> sent.isAcknowledged() && !counts.containsKey(sent.key()))
                        .forEach(sent -> lost.add(sent.key()));
            }
            long acknowledged =
                    log.stream().filter(BankExchange::isAcknowledged).count();
            long refused = log.stream().filter(BankExchange::isRefused).count();
            return new BankVerdict(
                    log.size(),
                    Math.toIntExact(acknowledged),
                    Math.toIntExact(log.size() - acknowledged - refused),
                    effects,
                    doubled.size(),
                    lost.size(),
                    differing(eastern, western));
        }
    }

    private static List<String> differing(Connection east, Connection west) throws SQLException {
        List<String> differing = new ArrayList<>();
        List<String> tables = Stream.concat(BankTables.NAMES.stream(), Stream.of(GemelTable.SUBMISSION.toString()))
                .collect(Collectors.toList());
        for (String table : tables) {
            if (!Sql.text(east, DIGEST.formatted(table)).equals(Sql.text(west, DIGEST.formatted(table)))) {
                differing.add(table);
            }
        }
        return differing;
    }

    boolean isGood() {
        return doubled == 0 && lost == 0 && unanswered == 0 && effects == acknowledged && differing.isEmpty();
    }

    List<String> lines() {
        return List.of(
                "  submissions sent                      " + sent,
                "  acknowledged to their clients         " + acknowledged,
                "  with an effect in both databases      " + effects,
                "  without a final answer                " + unanswered,
                "  done twice                            " + doubled,
                "  acknowledged and lost                 " + lost,
                "  databases                             "
                        + (differing.isEmpty() ? "equal" : "DIFFERENT: " + differing));
    }
}
