package io.gemel.deploy.faults;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Each transaction of the peer was applied once: every counter is the sum of its tallies, every entry was inserted once. */
final class ExactlyOnce implements Checker {
    @Override
    public List<String> violations(Facts facts) {
        List<String> violations = new ArrayList<>();
        for (SiteFacts site : facts.sites()) {
            site.counters().forEach((counter, n) -> {
                String sum = site.tallies().getOrDefault(counter, "0");
                if (!n.equals(sum)) {
                    violations.add("counter " + counter + " at " + site.name() + " is " + n
                            + ", the sum of its tallies " + sum);
                }
            });
            Set<String> noted = new HashSet<>();
            for (String id : site.noted()) {
                if (!noted.add(id)) {
                    violations.add("transaction " + id + " was applied twice at " + site.name());
                } else if (site.owns(id)) {
                    violations.add("transaction " + id + " was applied at " + site.name() + ", where it was born");
                }
            }
            for (String id : site.entries()) {
                if (!site.owns(id) && !noted.contains(id)) {
                    violations.add("transaction " + id + " at " + site.name() + " was applied by nobody");
                }
            }
        }
        return violations;
    }
}
