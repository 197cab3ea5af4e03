package io.gemel.apply.simulation;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.ConflictKind;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges which of the rows with one value of the unique column keeps it: only final images count, the row with the latest change
 * is the strongest, and what the others give up is published.
 */
final class Collisions {
    private final Configuration configuration;
    private final SiteId site;
    private final RowLocks locks;

    Collisions(Configuration configuration, SiteId site, RowLocks locks) {
        this.configuration = configuration;
        this.site = site;
        this.locks = locks;
    }

    /** Would the database refuse to have these rows side by side? */
    boolean exist(ApplyTransaction transaction) {
        return configuration.unique() && !collisions(transaction).isEmpty();
    }

    /** Takes the value from all rows but one; false when capture must read on first. */
    boolean settle(ApplyTransaction transaction) {
        Map<String, List<RowKey>> collisions = configuration.unique() ? collisions(transaction) : Map.of();
        boolean known = true;
        for (List<RowKey> keys : collisions.values()) {
            for (RowKey key : keys) {
                known &= locks.acquireSlowly(transaction, key);
            }
        }
        if (known) {
            collisions.values().forEach(keys -> settle(transaction, keys));
        }
        return known;
    }

    private static Map<String, List<RowKey>> collisions(ApplyTransaction transaction) {
        Map<String, List<RowKey>> holders = new TreeMap<>();
        for (RowKey key : transaction.keys()) {
            RowImage row = transaction.image(key);
            String value = row == null ? null : Item.unique(row);
            if (value != null) {
                holders.computeIfAbsent(value, first -> new ArrayList<>()).add(key);
            }
        }
        holders.values().removeIf(keys -> keys.size() < 2);
        return holders;
    }

    private void settle(ApplyTransaction transaction, List<RowKey> keys) {
        Comparator<RowKey> byKey = Comparator.comparing(RowKey::toString);
        if (configuration.has(Setting.ANY_LOSER)) {
            keys.sort(byKey);
            Collections.shuffle(
                    keys,
                    new Random(transaction.positions().get(0) * 31 + site.name().hashCode()));
        } else {
            keys.sort(Comparator.comparing(
                            (RowKey key) -> change(transaction, key).header().version())
                    .thenComparing(byKey)
                    .reversed());
        }
        StampedChange winner = change(transaction, keys.get(0));
        keys.forEach(key -> transaction.put(key, transaction.image(key), true)); // taken out and put back
        for (RowKey loser : keys.subList(1, keys.size())) {
            release(transaction, loser, winner);
        }
    }

    /** What a row owes its state to. */
    private StampedChange change(ApplyTransaction transaction, RowKey key) {
        StampedChange latest = transaction.group().latestChange(key);
        @Nullable StampedChange change = latest != null ? latest : transaction.lastChange(key);
        return change != null ? change : StampedChange.settled(site, row(transaction, key));
    }

    private static RowImage row(ApplyTransaction transaction, RowKey key) {
        return Objects.requireNonNull(transaction.image(key));
    }

    private void release(ApplyTransaction transaction, RowKey loser, StampedChange winner) {
        RowImage before = row(transaction, loser);
        RowImage after = configuration.has(Setting.UNIQUE_REMOVE) ? null : before.with(Item.U, null);
        transaction
                .conflicts()
                .add(Conflict.between(
                        ConflictKind.UNIQUE_EXISTS, site, winner, loser, change(transaction, loser), "unique"));
        transaction.put(loser, after, true);
        if (!configuration.has(Fault.RELEASE_UNPUBLISHED)) {
            transaction.corrections().add(new Change.Release(before, after, List.of(Item.U)));
        }
    }
}
