package io.gemel.deploy.faults;

import io.gemel.deploy.faults.JournaledPair.Side;
import io.gemel.transaction.Transaction;
import io.gemel.transaction.TransactionHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Both journals hold the same pairs with the same winner, equally often. The winner is the transaction with the greater version,
 * the site deciding between equal ones; versions are as published, and neither transaction had seen the other.
 */
final class SameWinner implements Checker {
    @Override
    public List<String> violations(Facts facts) {
        List<String> violations = new ArrayList<>();
        Map<String, TransactionHeader> published = new HashMap<>();
        for (SiteFacts site : facts.sites()) {
            for (Transaction each : site.log()) {
                published.put(site.name() + "/" + each.header().position(), each.header());
            }
        }
        for (SiteFacts site : facts.sites()) {
            for (JournaledPair pair : site.journal()) {
                check(pair, published).forEach(each -> violations.add(each + ", says " + site.name() + ": " + pair));
            }
        }
        Map<String, Long> east = decided(facts.east());
        Map<String, Long> west = decided(facts.west());
        Set<String> either = new TreeSet<>(east.keySet());
        either.addAll(west.keySet());
        for (String pair : either) {
            long here = east.getOrDefault(pair, 0L);
            long there = west.getOrDefault(pair, 0L);
            if (here != there) {
                violations.add("east has " + here + " times in its journal, west " + there + " times: " + pair);
            }
        }
        return violations;
    }

    private static List<String> check(JournaledPair pair, Map<String, TransactionHeader> published) {
        List<String> violations = new ArrayList<>();
        Side winner = winner(pair.local(), pair.incoming());
        if (!winner.site().equals(pair.winner())) {
            violations.add("wrong winner, should be " + winner);
        }
        for (Side side : List.of(pair.local(), pair.incoming())) {
            TransactionHeader header = published.get(side.site() + "/" + side.position());
            if (header == null || header.version().micros() != side.version() || header.seen() != side.seen()) {
                violations.add(side + " was published as " + header);
            }
        }
        if (pair.local().position() <= pair.incoming().seen()
                || pair.incoming().position() <= pair.local().seen()) {
            violations.add("not concurrent");
        }
        return violations;
    }

    private static Side winner(Side one, Side other) {
        if (one.version() != other.version()) {
            return one.version() > other.version() ? one : other;
        }
        return one.site().compareTo(other.site()) > 0 ? one : other;
    }

    /** Two transactions that each change a key more than once meet more than once. */
    private static Map<String, Long> decided(SiteFacts site) {
        return site.journal().stream().collect(Collectors.groupingBy(JournaledPair::decided, Collectors.counting()));
    }
}
