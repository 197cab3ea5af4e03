package io.gemel.deploy.faults;

import io.gemel.deploy.faults.JournaledPair.Side;
import io.gemel.transaction.Stamp;
import io.gemel.transaction.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Both journals hold the same pairs with the same winner, each once. The winner is the transaction with the greater version,
 * the site deciding between equal ones; versions are as published, and neither transaction had seen the other.
 */
final class SameWinner implements Checker {
    @Override
    public List<String> violations(Facts facts) {
        List<String> violations = new ArrayList<>();
        Map<String, Stamp> published = new HashMap<>();
        for (SiteFacts site : facts.sites()) {
            for (Transaction each : site.log()) {
                published.put(site.name() + "/" + each.stamp().position(), each.stamp());
            }
        }
        for (SiteFacts site : facts.sites()) {
            for (JournaledPair pair : site.journal()) {
                check(pair, published).forEach(each -> violations.add(each + ", says " + site.name() + ": " + pair));
            }
        }
        Set<String> east = decided(facts.east(), violations);
        Set<String> west = decided(facts.west(), violations);
        Set<String> either = new TreeSet<>(east);
        either.addAll(west);
        for (String pair : either) {
            if (!east.contains(pair) || !west.contains(pair)) {
                violations.add("only " + (east.contains(pair) ? "east" : "west") + " has in its journal: " + pair);
            }
        }
        return violations;
    }

    private static List<String> check(JournaledPair pair, Map<String, Stamp> published) {
        List<String> violations = new ArrayList<>();
        Side winner = winner(pair.local(), pair.incoming());
        if (!winner.site().equals(pair.winner())) {
            violations.add("wrong winner, should be " + winner);
        }
        for (Side side : List.of(pair.local(), pair.incoming())) {
            Stamp stamp = published.get(side.site() + "/" + side.position());
            if (stamp == null || stamp.version().micros() != side.version() || stamp.seen() != side.seen()) {
                violations.add(side + " was published as " + stamp);
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

    private static Set<String> decided(SiteFacts site, List<String> violations) {
        Set<String> pairs = new HashSet<>();
        for (JournaledPair pair : site.journal()) {
            if (!pairs.add(pair.decided())) {
                violations.add("twice in the journal of " + site.name() + ": " + pair);
            }
        }
        return pairs;
    }
}
