package io.gemel.deploy.faults;

import java.util.ArrayList;
import java.util.List;

/** Nobody ever sees a transaction without an earlier one of the same writer. */
final class OriginOrder implements Checker {
    @Override
    public List<String> violations(Facts facts) {
        List<String> violations = new ArrayList<>(facts.seenGaps());
        for (SiteFacts site : facts.sites()) {
            site.gaps().forEach(each -> violations.add(each + " left at " + site.name()));
        }
        return violations;
    }
}
