package io.gemel.apply.simulation;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.ConflictKind;
import io.gemel.conflict.Resolution;
import io.gemel.conflict.window.WindowTransaction;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at the journals of two drained sites: both tell of the same conflicts, with the same winners and the same bases. */
final class JournalOracle {
    private final World world;
    private final Histories histories;
    private final OracleFold fold;
    private final Map<Pair, @Nullable RowImage> bases = new HashMap<>();

    /**
     * Two concurrent changes of one key and who won. Two truncates make no pair: they leave the same nothing behind, and
     * which keys show them depends on the site. Neither do two releases.
     */
    private record Pair(RowKey key, SiteId winner, long position, int index, long overPosition, int overIndex) {
        static Pair of(RowKey key, StampedChange winner, StampedChange loser) {
            return new Pair(key, winner.origin(), winner.position(), winner.index(), loser.position(), loser.index());
        }
    }

    JournalOracle(World world, Histories histories) {
        this.world = world;
        this.histories = histories;
        fold = new OracleFold(world.configuration());
    }

    /** @throws Violation naming the first broken promise */
    void check() {
        Set<Pair> expected = new HashSet<>();
        for (RowKey key : histories.keys()) {
            if (!histories.voidKeys().contains(key)) {
                List<StampedChange> east = histories.of(Sites.EAST, key);
                List<StampedChange> west = histories.of(Sites.WEST, key);
                east.forEach(change -> addFirstMet(key, change, west, expected));
                west.forEach(change -> addFirstMet(key, change, east, expected));
            }
        }
        for (SimulatedSite site : world.sites()) {
            everyPairIsNamed(site, expected);
            everyVoidTransactionIsNamed(site);
            everyReleaseIsNamed(site);
            divergenceIsLookedForAgain(site);
        }
    }

    /** The first change of the other site, in its log's order, that is concurrent. */
    private void addFirstMet(RowKey key, StampedChange change, List<StampedChange> others, Set<Pair> pairs) {
        for (StampedChange other : others) {
            if (areConcurrent(change, other)) {
                if (!areAlike(change.change(), other.change())) {
                    boolean otherWins = fold.inOrder(change, other);
                    pairs.add(Pair.of(key, otherWins ? other : change, otherWins ? change : other));
                }
                return;
            }
        }
    }

    private static boolean truncates(Conflict conflict) {
        return conflict.local().change() instanceof Change.Truncate
                || conflict.incoming().change() instanceof Change.Truncate;
    }

    private static boolean areConcurrent(StampedChange one, StampedChange other) {
        return !OracleFold.saw(one, other) && !OracleFold.saw(other, one);
    }

    private static boolean areAlike(Change one, Change other) {
        boolean truncates = one instanceof Change.Truncate && other instanceof Change.Truncate;
        return truncates || (one instanceof Change.Release && other instanceof Change.Release);
    }

    private void everyPairIsNamed(SimulatedSite site, Set<Pair> expected) {
        Set<Pair> missing = new HashSet<>(expected);
        for (Conflict conflict : site.database().journal()) {
            boolean ofRows = conflict.kind() == ConflictKind.SUBMISSION_VOID
                    || isOfRelease(conflict)
                    || areAlike(conflict.local().change(), conflict.incoming().change());
            StampedChange loser = conflict.incomingWins() ? conflict.local() : conflict.incoming();
            Pair pair = Pair.of(conflict.key(), conflict.winner(), loser);
            boolean isExtra = truncates(conflict) && !expected.contains(pair);
            if (!ofRows && (isExtra || histories.voidKeys().contains(conflict.key()))) {
                isTrue(site, conflict);
            } else if (!ofRows) {
                if (!missing.remove(pair)) {
                    throw new Violation(site.name() + " journaled twice or for nothing: " + pair);
                }
                baseHolds(site, conflict, pair);
            }
        }
        if (!missing.isEmpty()) {
            throw new Violation(site.name() + " did not journal " + missing);
        }
    }

    /**
     * Which changes of a row are named depends on when a void one was taken out, and a truncate may be named once more by the
     * site where nothing else was in flight of the row. What is said of them does not depend on the site.
     */
    private void isTrue(SimulatedSite site, Conflict conflict) {
        boolean isInOrder = fold.inOrder(conflict.local(), conflict.incoming()) == conflict.incomingWins();
        if (!isInOrder || !areConcurrent(conflict.local(), conflict.incoming())) {
            throw new Violation(site.name() + " journaled " + conflict);
        }
    }

    /** The base is what all changes that both had seen make of the row; only a truncate may leave it unknown. */
    private void baseHolds(SimulatedSite site, Conflict conflict, Pair pair) {
        List<StampedChange> common = histories.of(conflict.key()).stream()
                .filter(change ->
                        OracleFold.saw(conflict.local(), change) && OracleFold.saw(conflict.incoming(), change))
                .toList();
        RowImage expected = fold.outcome(world.initial(conflict.key()), common);
        boolean unknown = truncates(conflict) && conflict.base() == null;
        if (!unknown && !Objects.equals(expected, conflict.base())) {
            throw new Violation(site.name() + " journaled " + pair + " with base " + Item.show(conflict.base())
                    + ", but both had " + Item.show(expected));
        }
        boolean first = !bases.containsKey(pair);
        if (!first && !Objects.equals(bases.get(pair), conflict.base())) {
            throw new Violation("the sites journaled " + pair + " with different bases");
        }
        bases.put(pair, conflict.base());
    }

    private void everyVoidTransactionIsNamed(SimulatedSite site) {
        Set<Histories.Place> missing = new HashSet<>(histories.voids());
        for (Conflict conflict : site.database().journal()) {
            StampedChange loser = conflict.incomingWins() ? conflict.local() : conflict.incoming();
            if (conflict.kind() == ConflictKind.SUBMISSION_VOID
                    && !missing.remove(Histories.Place.of(loser.header()))) {
                throw new Violation(site.name() + " voided twice or for nothing: " + loser);
            }
        }
        if (!missing.isEmpty()) {
            throw new Violation(site.name() + " did not void " + missing);
        }
    }

    private void everyReleaseIsNamed(SimulatedSite site) {
        long published = histories.keys().stream()
                .flatMap(key -> histories.of(site.name(), key).stream())
                .filter(change -> change.change() instanceof Change.Release)
                .count();
        long journaled = site.database().journal().stream()
                .filter(JournalOracle::isOfRelease)
                .count();
        if (published != journaled) {
            throw new Violation(
                    site.name() + " journaled " + journaled + " collisions and orphans, and published " + published);
        }
    }

    private static boolean isOfRelease(Conflict conflict) {
        return conflict.kind() == ConflictKind.UNIQUE_EXISTS || conflict.kind() == ConflictKind.FOREIGN_KEY_ORPHAN;
    }

    /** Rows that a void transaction had changed may differ from a before image for a while, but not for good. */
    private void divergenceIsLookedForAgain(SimulatedSite site) {
        SiteId peer = Sites.peerOf(site.name());
        TransactionHeader early = new TransactionHeader(peer, Long.MAX_VALUE, Long.MAX_VALUE, new Version(0, peer), 0);
        for (RowKey key : histories.voidKeys()) {
            if (!key.table().equals(Item.TABLE)) {
                continue;
            }
            RowImage nowhere = Item.row(key.values().get(0), -1, -1, -1);
            StampedChange wrong = new StampedChange(early, 0, new Change.Delete(nowhere));
            Resolution resolution = new WindowTransaction(site.process().window())
                    .resolve(wrong, site.database().image(key));
            if (resolution.divergence() == null) {
                throw new Violation(site.name() + " no longer looks for divergence of " + key);
            }
        }
    }
}
