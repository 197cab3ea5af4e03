package io.gemel.deploy.faults;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.Transaction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A site's log holds each transaction that was born there, whole and once, and none of the peer's; an idle site is silent.
 * Submissions, which may turn out void, and what a site itself decides about linked tables bear no name and are left out.
 */
final class NoLoop implements Checker {
    /** The only table that is written to by others than the applications of the history. */
    private static final String PROBE = "gemel_probe";

    @Override
    public List<String> violations(Facts facts) {
        List<String> violations = new ArrayList<>();
        for (SiteFacts site : facts.sites()) {
            Set<String> published = new HashSet<>();
            for (Transaction transaction : site.log()) {
                check(site, transaction, published, violations);
            }
            for (String id : new TreeSet<>(site.entries())) {
                if (site.owns(id) && !published.contains(id)) {
                    violations.add("transaction " + id + " is not in the log of " + site.name());
                }
            }
            for (String id : new TreeSet<>(published)) {
                if (!site.entries().contains(id)) {
                    violations.add("transaction " + id + " in the log of " + site.name() + " was not committed there");
                }
            }
        }
        facts.idleRecords().forEach(each -> violations.add("published while idle: " + each));
        return violations;
    }

    private static void check(SiteFacts site, Transaction transaction, Set<String> published, List<String> violations) {
        List<String> ids = entries(transaction);
        boolean nameless = transaction.changes().stream()
                .map(each -> each.table().name())
                .allMatch(table -> table.equals(PROBE) || FaultTables.isLinked(table));
        if (ids.size() != 1) {
            if (!nameless) {
                violations.add(transaction.header() + " in the log of " + site.name() + " names itself " + ids);
            }
            return;
        }
        String id = ids.get(0);
        if (!site.owns(id)) {
            violations.add("transaction " + id + " was published again at " + site.name());
        }
        if (!published.add(id)) {
            violations.add("transaction " + id + " is twice in the log of " + site.name());
        }
    }

    private static List<String> entries(Transaction transaction) {
        List<String> ids = new ArrayList<>();
        for (Change change : transaction.changes()) {
            RowImage after = change.after();
            if (after != null && change.table().name().equals("entry")) {
                ids.add(after.key().values().get(0));
            }
        }
        return ids;
    }
}
