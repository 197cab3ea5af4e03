package io.gemel.deploy.faults;

import java.util.ArrayList;
import java.util.List;

/**
 * Each submission that was acknowledged is in the ledger of both sites, and at both exactly the attempt in the ledger has had
 * its effect, as a whole.
 */
final class OneEffect implements Checker {
    @Override
    public List<String> violations(Facts facts) {
        List<String> violations = new ArrayList<>();
        for (SiteFacts site : facts.sites()) {
            site.wrongEffects().forEach(each -> violations.add(each + " at " + site.name()));
            facts.submissions().stream()
                    .filter(key -> !site.submissions().contains(key))
                    .sorted()
                    .forEach(key -> violations.add("submission " + key + " is not in the ledger of " + site.name()));
        }
        return violations;
    }
}
