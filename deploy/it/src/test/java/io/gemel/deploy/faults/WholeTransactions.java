package io.gemel.deploy.faults;

import java.util.ArrayList;
import java.util.List;

/** Nobody ever sees a part of a transaction, neither a reader during the run nor anyone afterwards. */
final class WholeTransactions implements Checker {
    @Override
    public List<String> violations(Facts facts) {
        List<String> violations = new ArrayList<>(facts.seenHalves());
        for (SiteFacts site : facts.sites()) {
            site.halves().forEach(each -> violations.add(each + " left at " + site.name()));
        }
        return violations;
    }
}
