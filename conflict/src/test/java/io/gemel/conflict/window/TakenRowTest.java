package io.gemel.conflict.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.conflict.ColumnMerge;
import io.gemel.conflict.ConflictPolicy;
import io.gemel.conflict.GreatestOrLeast;
import io.gemel.conflict.LastWriterWins;
import io.gemel.conflict.RowState;
import io.gemel.conflict.SitePriority;
import io.gemel.conflict.TablePolicy;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import io.gemel.transaction.codec.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One row at two sites, each of which may park the other's changes, decide about them, and write on meanwhile. */
class TakenRowTest {
    private static final SiteId EAST = new SiteId("east");
    private static final SiteId WEST = new SiteId("west");
    private static final TableShape ACCOUNT =
            new TableShape(new TableId("public", "account"), List.of("id", "owner", "balance"), List.of(0));
    private static final RowImage FIRST = RowImage.of(ACCOUNT, "1", "ada", "100");
    private static final List<TablePolicy> POLICIES = List.of(
            policy(new LastWriterWins(), Set.of()),
            policy(new LastWriterWins(), Set.of("balance")),
            policy(new SitePriority(EAST), Set.of()),
            policy(new SitePriority(WEST), Set.of("balance")),
            policy(new ColumnMerge(), Set.of()),
            policy(new ColumnMerge(), Set.of("balance")),
            policy(GreatestOrLeast.greatest("balance"), Set.of()));

    private static TablePolicy policy(ConflictPolicy policy, Set<String> deltas) {
        return new TablePolicy(policy, deltas);
    }

    /** What a site knows of the row. */
    private static final class Site {
        final SiteId id;
        final WindowEntry entry;
        final List<StampedChange> log = new ArrayList<>();

        @Nullable
        RowImage row = FIRST;

        long clock;
        int applied; // of the peer's log
        boolean held; // undecided: nothing of the peer's is applied

        @Nullable
        StampedChange parked; // the last of the peer's changes that was set aside

        int taken; // decisions for a change of the peer's

        Site(SiteId id, TablePolicy policy) {
            this.id = id;
            entry = new WindowEntry(policy, RowState.settled(FIRST), List.of(), 0);
        }

        void commit(Change change, long tick) {
            clock += tick;
            long position = log.size() + 1L;
            StampedChange stamped = new StampedChange(
                    new TransactionHeader(id, position, position, new Version(clock, id), applied), 0, change);
            log.add(stamped);
            if (!(change instanceof Change.Park)) {
                entry.insert(stamped);
                row = change.after();
            }
        }

        void write(Random random) {
            RowImage before = row;
            if (before == null) {
                commit(new Change.Insert(FIRST.with(1, "new" + log.size())), tick(random));
            } else if (random.nextInt(8) == 0) {
                commit(new Change.Delete(before), tick(random));
            } else if (random.nextInt(8) == 0) {
                commit(Change.Settle.undecided(before.with(1, id + "?" + log.size()), true), tick(random));
            } else {
                RowImage after = random.nextBoolean()
                        ? before.with(1, id.name() + log.size())
                        : before.with(2, String.valueOf(Integer.parseInt(value(before)) + random.nextInt(50) - 20));
                commit(new Change.Update(before, after), tick(random));
            }
        }

        void apply(StampedChange incoming, Random random) {
            applied++;
            clock = Math.max(clock, incoming.header().version().micros());
            Change change = incoming.change();
            if (change instanceof Change.Park) {
                held = true;
            } else if (change instanceof Change.Settle settle && settle.decided()) {
                resolve(incoming);
                held = false;
                parked = null;
            } else if (held || random.nextInt(6) == 0) {
                held = true;
                parked = incoming;
                RowImage any = change.anyImage();
                commit(new Change.Park(any == null ? FIRST : any, incoming.position()), tick(random));
            } else {
                resolve(incoming);
            }
            entry.prune(id, incoming.header().seen());
        }

        private void resolve(StampedChange incoming) {
            assertThat(entry.outcome().image())
                    .as("what %s meets at %s", incoming, id)
                    .isEqualTo(row);
            entry.insertIncoming(incoming);
            row = entry.outcome().image();
        }

        void decide(boolean retry, Random random) {
            StampedChange theirs = parked;
            RowImage wanted = retry && theirs != null ? theirs.change().after() : row;
            long position = retry && theirs != null ? theirs.position() : 0;
            taken += position > 0 ? 1 : 0;
            held = false;
            parked = null;
            commit(new Change.Settle(wanted == null ? FIRST : wanted, wanted != null, true, position), tick(random));
        }

        private static long tick(Random random) {
            return 1 + random.nextInt(10);
        }

        private static String value(RowImage row) {
            String balance = row.value(2);
            return balance == null ? "0" : balance;
        }
    }

    @Test
    void both_sites_end_with_one_row_whatever_is_parked_decided_and_written_at_once() {
        int[] taken = {0};
        Seeds.forEach(20_000, random -> {
            TablePolicy policy = POLICIES.get(random.nextInt(POLICIES.size()));
            Site east = new Site(EAST, policy);
            Site west = new Site(WEST, policy);
            for (int i = 0; i < 30; i++) {
                Site site = random.nextBoolean() ? east : west;
                Site peer = site == east ? west : east;
                switch (random.nextInt(4)) {
                    case 0 -> site.write(random);
                    case 1 -> {
                        if (site.held) {
                            site.decide(random.nextInt(3) > 0, random);
                        }
                    }
                    default -> receive(site, peer, random);
                }
            }
            settle(east, west, random);
            assertThat(west.row).as(policy.name()).isEqualTo(east.row);
            taken[0] += east.taken + west.taken;
        });
        assertThat(taken[0]).as("rows that were taken from the other site").isPositive();
    }

    private static void receive(Site site, Site peer, Random random) {
        if (site.applied < peer.log.size()) {
            site.apply(peer.log.get(site.applied), random);
        }
    }

    private static void settle(Site east, Site west, Random random) {
        while (east.held || west.held || east.applied < west.log.size() || west.applied < east.log.size()) {
            receive(east, west, random);
            receive(west, east, random);
            for (Site site : List.of(east, west)) {
                if (site.held && random.nextInt(4) == 0) {
                    site.decide(random.nextBoolean(), random);
                }
            }
        }
    }
}
