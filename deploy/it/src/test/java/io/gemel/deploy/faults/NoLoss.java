package io.gemel.deploy.faults;

import io.gemel.deploy.faults.History.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** An acknowledged transaction is at both sites, a failed one at neither, one in doubt at both or at neither. */
final class NoLoss implements Checker {
    @Override
    public List<String> violations(Facts facts) {
        List<String> violations = new ArrayList<>();
        Set<String> east = facts.east().entries();
        Set<String> west = facts.west().entries();
        facts.outcomes().forEach((id, outcome) -> {
            if (outcome == Outcome.ACKNOWLEDGED && !(east.contains(id) && west.contains(id))) {
                violations.add("acknowledged transaction " + id + " is lost at" + (east.contains(id) ? "" : " east")
                        + (west.contains(id) ? "" : " west"));
            } else if (outcome == Outcome.IN_DOUBT && east.contains(id) != west.contains(id)) {
                violations.add("transaction " + id + " in doubt is at one site only");
            } else if (outcome == Outcome.FAILED && (east.contains(id) || west.contains(id))) {
                violations.add("failed transaction " + id + " is there");
            }
        });
        for (SiteFacts site : facts.sites()) {
            site.entries().stream()
                    .filter(id -> !facts.outcomes().containsKey(id))
                    .forEach(id ->
                            violations.add("transaction " + id + " at " + site.name() + " was written by nobody"));
        }
        return violations;
    }
}
