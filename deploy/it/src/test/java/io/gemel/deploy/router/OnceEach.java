package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.bank.BankExchange;
import io.gemel.deploy.bank.BankReply;
import io.gemel.deploy.bank.BankTables;
import io.gemel.deploy.router.SiteRows.Effect;
import io.gemel.deploy.router.SiteRows.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The promise of the router: each acknowledged submission has exactly one effect in both databases, none has two, and what a client was told
 * is what the ledger says. Judges by the client's log and both databases only. Pure.
 */
final class OnceEach {
    private static final int SHOWN_MAX = 20;
    private static final long ALL_MONEY = (long) BankTables.ACCOUNTS * BankTables.OPENING_BALANCE;

    private OnceEach() {}

    /** Fails with the first violations. */
    static void assertKept(RunFacts facts) {
        List<String> violations = violations(facts);
        assertThat(violations.stream().limit(SHOWN_MAX).toList())
                .as(violations.size() + " violations in all")
                .isEmpty();
    }

    /** What breaks the promise, each naming the key or row; empty when it holds. */
    static List<String> violations(RunFacts facts) {
        List<String> violations = new ArrayList<>();
        Set<String> sent = facts.log().stream().map(BankExchange::key).collect(Collectors.toSet());
        for (SiteRows site : facts.sites()) {
            for (BankExchange exchange : facts.log()) {
                judge(exchange, site, violations);
            }
            site.effects().forEach((key, effects) -> judgeEffects(key, effects, sent, site, violations));
            site.ledger().forEach((key, entry) -> judgeEntry(key, entry, site, violations));
            if (site.money() != ALL_MONEY) {
                violations.add("money is " + site.money() + " at " + site.site() + " instead of " + ALL_MONEY);
            }
        }
        judgeEqual(facts.sites().get(0), facts.sites().get(1), violations);
        return violations;
    }

    /** What the client was told against one database. */
    private static void judge(BankExchange exchange, SiteRows site, List<String> violations) {
        String key = exchange.key();
        int effects = site.effects().getOrDefault(key, List.of()).size();
        if (exchange.isAcknowledged() && effects == 0) {
            violations.add(key + " was acknowledged and has no effect at " + site.site() + ": " + exchange.reply());
        }
        if (exchange.isRefused() && effects > 0) {
            violations.add(key + " was refused and has an effect at " + site.site());
        }
        Entry entry = site.ledger().get(key);
        if (exchange.isAcknowledged() && entry != null && exchange.reply().isPresent()) {
            BankReply reply = exchange.reply().get();
            if (reply.status() != entry.httpStatus() || !reply.body().equals(entry.response())) {
                violations.add(key + " was answered " + reply.status() + " " + reply.body() + ", and the ledger of "
                        + site.site() + " says " + entry.httpStatus() + " " + entry.response());
            }
        }
    }

    private static void judgeEffects(
            String key, List<Effect> effects, Set<String> sent, SiteRows site, List<String> violations) {
        if (effects.size() > 1) {
            violations.add(key + " has " + effects.size() + " effects at " + site.site() + ": " + effects);
        }
        if (!sent.contains(key)) {
            violations.add(key + " has an effect at " + site.site() + ", and nobody sent it");
        }
        Entry entry = site.ledger().get(key);
        if (entry == null) {
            violations.add(key + " has an effect at " + site.site() + ", and is not in its ledger");
        } else if (!effects.contains(new Effect(entry.site(), entry.vm()))) {
            violations.add(
                    key + " has the effect " + effects + " at " + site.site() + ", and the ledger says " + entry);
        }
    }

    private static void judgeEntry(String key, Entry entry, SiteRows site, List<String> violations) {
        boolean done = site.effects().containsKey(key);
        if (entry.status().equals("executed") != done) {
            violations.add(key + " is " + entry.status() + " in the ledger of " + site.site() + " and has "
                    + (done ? "an effect" : "no effect"));
        }
    }

    private static void judgeEqual(SiteRows one, SiteRows other, List<String> violations) {
        one.tables().forEach((table, rows) -> {
            Map<String, String> others = other.tables().getOrDefault(table, Map.of());
            Set<String> keys = new TreeSet<>(rows.keySet());
            keys.addAll(others.keySet());
            for (String key : keys) {
                if (!Objects.equals(rows.get(key), others.get(key))) {
                    violations.add(table + " " + key + " is " + rows.get(key) + " at " + one.site() + ", "
                            + others.get(key) + " at " + other.site());
                }
            }
        });
    }
}
