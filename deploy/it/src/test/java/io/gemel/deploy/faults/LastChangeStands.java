package io.gemel.deploy.faults;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Each contended row is what the last of all its published changes, in the order of their versions, has made of it: worked out
 * from both logs without a window, a journal or a policy.
 */
final class LastChangeStands implements Checker {
    private static final String TABLE = "account";

    @Override
    public List<String> violations(Facts facts) {
        List<Transaction> all = new ArrayList<>(facts.east().log());
        all.addAll(facts.west().log());
        all.sort(Comparator.comparing(each -> each.header().version()));
        Map<String, String> expected = new TreeMap<>();
        for (Transaction transaction : all) {
            for (Change change : transaction.changes()) {
                if (change.table().name().equals(TABLE)) {
                    put(expected, change.key().values().get(0), change.after());
                }
            }
        }
        List<String> violations = new ArrayList<>();
        for (SiteFacts site : facts.sites()) {
            TreeSet<String> keys = new TreeSet<>(expected.keySet());
            keys.addAll(site.owners().keySet());
            for (String key : keys) {
                if (!Objects.equals(expected.get(key), site.owners().get(key))) {
                    violations.add(TABLE + " " + key + " at " + site.name() + " is "
                            + site.owners().get(key) + ", the last change made it " + expected.get(key));
                }
            }
        }
        return violations;
    }

    private static void put(Map<String, String> owners, String key, @Nullable RowImage after) {
        if (after == null) {
            owners.remove(key);
        } else {
            owners.put(key, String.valueOf(after.value("owner")));
        }
    }
}
