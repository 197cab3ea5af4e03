package io.gemel.conflict.simulation;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.WindowGroup;
import io.gemel.transaction.Change;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at two drained sites and says whether every promise of replication was kept. */
final class Oracle {
    private final World world;
    private final Configuration configuration;
    private final OracleFold fold;
    private final PublishedLog eastLog;
    private final PublishedLog westLog;

    private Oracle(World world) {
        this.world = world;
        configuration = world.configuration();
        fold = new OracleFold(configuration);
        eastLog = PublishedLog.of(world.site(Sites.EAST).log(), configuration.lenient());
        westLog = PublishedLog.of(world.site(Sites.WEST).log(), configuration.lenient());
    }

    /** @throws Violation naming the first broken promise */
    static void check(World world) {
        Oracle oracle = new Oracle(world);
        oracle.databasesAreEqual();
        oracle.countersAddUp();
        if (world.configuration().lenient()) {
            return;
        }
        for (SimulatedSite site : world.sites()) {
            oracle.eachCommitIsPublishedOnceInOrder(site);
            oracle.eachTransactionIsAppliedOnce(site);
            oracle.nothingStaysInTheWindow(site);
            oracle.versionsFollowCausality(site);
        }
        oracle.rowsAreTheFoldOfTheirHistory();
        oracle.journalsNameEveryChangeThatMetAnother();
    }

    private PublishedLog log(SimulatedSite site) {
        return site.name().equals(Sites.EAST) ? eastLog : westLog;
    }

    private PublishedLog peerLog(SimulatedSite site) {
        return site.name().equals(Sites.EAST) ? westLog : eastLog;
    }

    private void databasesAreEqual() {
        for (String id : configuration.keys()) {
            RowImage east = image(Sites.EAST, id);
            RowImage west = image(Sites.WEST, id);
            if (!Objects.equals(east, west)) {
                throw new Violation(
                        "row " + id + " is " + Item.show(east) + " at east, " + Item.show(west) + " at west");
            }
        }
    }

    private @Nullable RowImage image(SiteId site, String id) {
        return world.site(site).database().image(Item.key(id));
    }

    /** A row that was only ever updated holds what it had at the start and every delta. */
    private void countersAddUp() {
        for (RowImage row : world.initial()) {
            List<StampedChange> history = history(row.key());
            if (!configuration.delta()
                    || !history.stream().allMatch(change -> change.change() instanceof Change.Update)) {
                continue;
            }
            long total = Item.number(row, Item.N);
            for (StampedChange change : history) {
                total += Item.number(Objects.requireNonNull(change.change().after()), Item.N)
                        - Item.number(Objects.requireNonNull(change.change().before()), Item.N);
            }
            RowImage end = world.site(Sites.EAST).database().image(row.key());
            if (end == null || Item.number(end, Item.N) != total) {
                throw new Violation("the counter of " + row.key() + " should be " + total + ": " + Item.show(end));
            }
        }
    }

    private void eachCommitIsPublishedOnceInOrder(SimulatedSite site) {
        List<PublishedLog.Published> published = log(site).transactions();
        int next = 0;
        for (SimulatedDatabase.Commit commit : site.database().log()) {
            if (commit.marker() != null) {
                continue;
            }
            if (next == published.size()
                    || published.get(next).stamp().commitPosition() != commit.position()
                    || !published.get(next).changes().equals(commit.changes())) {
                throw new Violation(site.name() + " did not publish " + commit + " as number " + (next + 1));
            }
            next++;
        }
        if (next < published.size()) {
            throw new Violation(site.name() + " published what it never committed: " + published.get(next));
        }
    }

    private void eachTransactionIsAppliedOnce(SimulatedSite site) {
        for (PublishedLog.Published each : peerLog(site).transactions()) {
            int times = site.database().timesApplied(each.stamp().position());
            if (times != 1) {
                throw new Violation(site.name() + " applied " + each.stamp() + " " + times + " times");
            }
        }
    }

    private void nothingStaysInTheWindow(SimulatedSite site) {
        for (String id : configuration.keys()) {
            if (new WindowGroup(site.process().window()).contested(Item.key(id), Long.MAX_VALUE)
                    || site.process().window().keys() > 0) {
                throw new Violation(site.name() + " keeps a window after both logs were drained, row " + id);
            }
        }
    }

    /** {@code seen} is what the markers before the commit say; a version is greater than all that was seen. */
    private void versionsFollowCausality(SimulatedSite site) {
        List<PublishedLog.Published> peer = peerLog(site).transactions();
        List<PublishedLog.Published> own = log(site).transactions();
        long seen = 0;
        long clock = 0;
        int next = 0;
        for (SimulatedDatabase.Commit commit : site.database().log()) {
            Marker marker = commit.marker();
            if (marker != null && marker.position() == 0) {
                continue; // it says only what the peer has applied
            }
            if (marker != null) {
                seen = marker.position();
                clock = Math.max(
                        clock,
                        peer.get(Math.toIntExact(seen - 1)).stamp().version().micros());
                continue;
            }
            PublishedLog.Published transaction = own.get(next);
            next++;
            long version = transaction.stamp().version().micros();
            if (transaction.stamp().seen() != seen || transaction.stamp().position() != next) {
                throw new Violation(transaction.stamp() + " should be number " + next + " and have seen " + seen);
            }
            if (version <= clock) {
                throw new Violation(transaction.stamp() + " is not newer than all that it had seen: " + clock);
            }
            clock = version;
        }
    }

    private void rowsAreTheFoldOfTheirHistory() {
        for (String id : configuration.keys()) {
            RowKey key = Item.key(id);
            RowImage initial = world.initial().stream()
                    .filter(row -> row.key().equals(key))
                    .findFirst()
                    .orElse(null);
            RowImage expected = fold.outcome(initial, history(key));
            RowImage actual = world.site(Sites.EAST).database().image(key);
            if (!Objects.equals(expected, actual)) {
                throw new Violation(
                        "row " + id + " is " + Item.show(actual) + ", its history gives " + Item.show(expected));
            }
        }
    }

    /** Every change that touched a key, at both sites; a truncate touches all of them. */
    private List<StampedChange> history(RowKey key) {
        List<StampedChange> history = history(key, eastLog);
        history.addAll(history(key, westLog));
        return history;
    }

    private static List<StampedChange> history(RowKey key, PublishedLog log) {
        List<StampedChange> history = new ArrayList<>();
        for (StampedChange change : log.changes()) {
            if (isTruncate(change) || change.change().key().equals(key)) {
                history.add(change);
            }
        }
        return history;
    }

    private static boolean isTruncate(StampedChange change) {
        return change.change() instanceof Change.Truncate;
    }

    /**
     * Two concurrent changes of one key and who won. Two truncates make no pair: they leave the same nothing behind, and
     * which keys show them depends on the site.
     */
    private record Pair(String id, SiteId winner, long position, int index, long overPosition, int overIndex) {
        static Pair of(String id, StampedChange winner, StampedChange loser) {
            return new Pair(id, winner.origin(), winner.position(), winner.index(), loser.position(), loser.index());
        }
    }

    private void journalsNameEveryChangeThatMetAnother() {
        Set<Pair> expected = new HashSet<>();
        for (String id : configuration.keys()) {
            List<StampedChange> east = history(Item.key(id), eastLog);
            List<StampedChange> west = history(Item.key(id), westLog);
            east.forEach(change -> addFirstMet(id, change, west, expected));
            west.forEach(change -> addFirstMet(id, change, east, expected));
        }
        journalsHold(expected);
    }

    /** The first change of the other site, in its log's order, that is concurrent. */
    private void addFirstMet(String id, StampedChange change, List<StampedChange> others, Set<Pair> pairs) {
        for (StampedChange other : others) {
            if (!OracleFold.saw(change, other) && !OracleFold.saw(other, change)) {
                if (!isTruncate(change) || !isTruncate(other)) {
                    boolean otherWins = fold.inOrder(change, other);
                    pairs.add(Pair.of(id, otherWins ? other : change, otherWins ? change : other));
                }
                return;
            }
        }
    }

    private void journalsHold(Set<Pair> expected) {
        for (SimulatedSite site : world.sites()) {
            Set<Pair> missing = new HashSet<>(expected);
            for (Conflict conflict : site.database().journal()) {
                StampedChange loser = conflict.incomingWins() ? conflict.local() : conflict.incoming();
                Pair pair = Pair.of(conflict.key().values().get(0), conflict.winner(), loser);
                if (!(isTruncate(loser) && isTruncate(conflict.winner())) && !missing.remove(pair)) {
                    throw new Violation(site.name() + " journaled twice or for nothing: " + pair);
                }
            }
            if (!missing.isEmpty()) {
                throw new Violation(site.name() + " did not journal " + missing);
            }
        }
    }
}
