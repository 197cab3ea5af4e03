package io.gemel.apply.simulation;

import io.gemel.conflict.window.WindowTransaction;
import io.gemel.transaction.Change;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Looks at two drained sites and says whether every promise of replication was kept. */
final class Oracle {
    private final World world;
    private final Configuration configuration;
    private final OracleFold fold;
    private final PublishedLog eastLog;
    private final PublishedLog westLog;
    private final Histories histories;

    private Oracle(World world) {
        this.world = world;
        configuration = world.configuration();
        fold = new OracleFold(configuration);
        eastLog = PublishedLog.of(world.site(Sites.EAST).log(), configuration.lenient());
        westLog = PublishedLog.of(world.site(Sites.WEST).log(), configuration.lenient());
        histories = Histories.of(configuration, eastLog, westLog);
    }

    /** @throws Violation naming the first broken promise */
    static void check(World world) {
        Oracle oracle = new Oracle(world);
        oracle.databasesAreEqual();
        oracle.countersAddUp();
        oracle.noRowRefersToNothing();
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
        JournalOracle journals = new JournalOracle(world, oracle.histories);
        journals.check();
    }

    private PublishedLog log(SimulatedSite site) {
        return site.name().equals(Sites.EAST) ? eastLog : westLog;
    }

    private PublishedLog peerLog(SimulatedSite site) {
        return site.name().equals(Sites.EAST) ? westLog : eastLog;
    }

    private void databasesAreEqual() {
        Set<RowKey> keys = new HashSet<>();
        world.sites().forEach(site -> keys.addAll(site.database().keys()));
        for (RowKey key : keys) {
            RowImage east = world.site(Sites.EAST).database().image(key);
            RowImage west = world.site(Sites.WEST).database().image(key);
            if (!Objects.equals(east, west)) {
                throw new Violation(
                        "row " + key + " is " + Item.show(east) + " at east, " + Item.show(west) + " at west");
            }
        }
    }

    private void noRowRefersToNothing() {
        SimulatedDatabase database = world.site(Sites.EAST).database();
        for (RowKey key : configuration.linked() ? database.keys() : Set.<RowKey>of()) {
            String referred = Item.unique(Objects.requireNonNull(database.image(key)));
            if (referred != null && database.image(Item.key(referred)) == null) {
                throw new Violation("row " + key + " is an orphan: there is no " + referred);
            }
        }
    }

    /** A row that was only ever updated holds what it had at the start and every delta of a transaction that is not void. */
    private void countersAddUp() {
        for (RowImage row : world.initial()) {
            List<StampedChange> history = histories.of(row.key());
            if (!configuration.delta() || !history.stream().allMatch(this::leavesTheCounter)) {
                continue;
            }
            long total = Item.number(row, Item.N);
            for (StampedChange change : history) {
                if (change.change() instanceof Change.Insert) {
                    continue;
                }
                total += Item.number(Objects.requireNonNull(change.change().after()), Item.N)
                        - Item.number(Objects.requireNonNull(change.change().before()), Item.N);
            }
            RowImage end = world.site(Sites.EAST).database().image(row.key());
            if (end == null || Item.number(end, Item.N) != total) {
                throw new Violation("the counter of " + row.key() + " should be " + total + ": " + Item.show(end));
            }
        }
    }

    /** Or adds to it. A refresh, the wrong rule, overwrites a row with what it is: the counter should not mind. */
    private boolean leavesTheCounter(StampedChange change) {
        boolean clears = change.change() instanceof Change.Release release && release.after() != null;
        boolean refreshes =
                change.change() instanceof Change.Insert && configuration.has(Fault.REFRESH_INSTEAD_OF_VOID);
        return clears || refreshes || change.change() instanceof Change.Update;
    }

    private void eachCommitIsPublishedOnceInOrder(SimulatedSite site) {
        List<PublishedLog.Published> published = log(site).transactions();
        int next = 0;
        for (SimulatedDatabase.Commit commit : site.database().log()) {
            if (!commit.isTransaction()) {
                continue;
            }
            if (next == published.size()
                    || published.get(next).header().commitPosition() != commit.position()
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
            int times = site.database().timesApplied(each.header().position());
            if (times != 1) {
                throw new Violation(site.name() + " applied " + each.header() + " " + times + " times");
            }
        }
    }

    private void nothingStaysInTheWindow(SimulatedSite site) {
        for (String id : configuration.keys()) {
            if (new WindowTransaction(site.process().window()).contested(Item.key(id), Long.MAX_VALUE)
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
            if (marker != null && marker.position() > 0) { // at 0 it says only what the peer has applied
                seen = marker.position();
                clock = Math.max(
                        clock,
                        peer.get(Math.toIntExact(seen - 1)).header().version().micros());
            }
            if (!commit.isTransaction()) {
                continue;
            }
            PublishedLog.Published transaction = own.get(next);
            next++;
            long version = transaction.header().version().micros();
            if (transaction.header().seen() != seen || transaction.header().position() != next) {
                throw new Violation(transaction.header() + " should be number " + next + " and have seen " + seen);
            }
            if (version <= clock) {
                throw new Violation(transaction.header() + " is not newer than all that it had seen: " + clock);
            }
            clock = version;
        }
    }

    private void rowsAreTheFoldOfTheirHistory() {
        Set<RowKey> keys = new HashSet<>(histories.keys());
        keys.addAll(world.site(Sites.EAST).database().keys());
        for (RowKey key : keys) {
            RowImage expected = fold.outcome(world.initial(key), histories.of(key));
            RowImage actual = world.site(Sites.EAST).database().image(key);
            if (!Objects.equals(expected, actual)) {
                throw new Violation(
                        "row " + key + " is " + Item.show(actual) + ", its history gives " + Item.show(expected));
            }
        }
    }
}
