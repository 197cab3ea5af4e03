package io.gemel.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.apply.BatchPlan.TableWork;
import io.gemel.apply.target.TargetRows.Pair;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchPlanTest {
    private static final SiteId EAST = new SiteId("east");
    private static final TableShape STOCK =
            new TableShape(new TableId("public", "stock"), List.of("item", "place", "pieces"), List.of(0));
    private static final long SEEDS = 2_000;

    private static RowImage row(String item, String place, int pieces) {
        return RowImage.of(STOCK, item, place, Integer.toString(pieces));
    }

    /** Each change as a transaction of its own, the n-th with a seen of n. */
    private static List<StampedChange> stamped(Change... changes) {
        List<StampedChange> stamped = new ArrayList<>();
        for (Change change : changes) {
            long position = stamped.size() + 1L;
            stamped.add(new StampedChange(
                    new TransactionHeader(EAST, position, 10 * position, new Version(position, EAST), position),
                    0,
                    change));
        }
        return stamped;
    }

    private static BatchPlan uncontested(List<StampedChange> changes) {
        return BatchPlan.of(changes, (key, seen) -> false);
    }

    @Test
    void changes_of_a_row_that_follow_from_each_other_are_written_as_one() {
        RowImage first = row("nut", "a", 1);
        RowImage last = row("nut", "b", 2);
        BatchPlan plan = uncontested(stamped(
                new Change.Update(first, row("nut", "a", 5)),
                new Change.Update(row("nut", "a", 5), last),
                new Change.Insert(row("bolt", "a", 1)),
                new Change.Update(row("bolt", "a", 1), row("bolt", "c", 1)),
                new Change.Update(row("cog", "a", 1), row("cog", "a", 2)),
                new Change.Delete(row("cog", "a", 2))));

        TableWork work = plan.bulk().get(STOCK);
        assertThat(work.updates).containsExactly(Map.entry(List.of(1, 2), List.of(new Pair(first, last))));
        assertThat(work.inserts).containsExactly(row("bolt", "c", 1));
        assertThat(work.deletes).containsExactly(row("cog", "a", 1));
        assertThat(plan.locked()).isEmpty();
    }

    @Test
    void updates_of_the_same_columns_share_a_statement() {
        BatchPlan plan = uncontested(stamped(
                new Change.Update(row("nut", "a", 1), row("nut", "a", 2)),
                new Change.Update(row("bolt", "a", 1), row("bolt", "b", 1)),
                new Change.Update(row("cog", "a", 1), row("cog", "a", 7))));

        assertThat(plan.bulk().get(STOCK).updates)
                .hasEntrySatisfying(List.of(2), pairs -> assertThat(pairs).hasSize(2))
                .hasEntrySatisfying(List.of(1), pairs -> assertThat(pairs).hasSize(1));
    }

    @Test
    void a_contested_row_is_locked_first_with_all_of_its_changes_in_order() {
        RowKey nut = row("nut", "a", 1).key();
        List<StampedChange> changes = stamped(
                new Change.Update(row("nut", "a", 1), row("nut", "a", 2)),
                new Change.Insert(row("bolt", "a", 1)),
                new Change.Update(row("nut", "a", 2), row("nut", "a", 3)));
        BatchPlan plan = BatchPlan.of(changes, (key, seen) -> key.equals(nut));

        assertThat(plan.locked()).containsExactly(changes.get(0), changes.get(2));
        assertThat(plan.bulk().get(STOCK).inserts).containsExactly(row("bolt", "a", 1));
    }

    @Test
    void the_first_change_of_a_row_says_what_it_had_seen() {
        List<Long> seen = new ArrayList<>();
        BatchPlan plan = BatchPlan.of(
                stamped(
                        new Change.Insert(row("bolt", "a", 1)),
                        new Change.Update(row("bolt", "a", 1), row("bolt", "a", 2)),
                        new Change.Insert(row("nut", "a", 1))),
                (key, first) -> {
                    seen.add(first);
                    return false;
                });

        assertThat(seen).containsExactly(1L, 3L);
        assertThat(plan.seenOfInserts())
                .isEqualTo(
                        Map.of(row("bolt", "a", 1).key(), 1L, row("nut", "a", 1).key(), 3L));
    }

    @Test
    void a_row_whose_changes_do_not_follow_from_each_other_is_locked_first() {
        List<StampedChange> changes = stamped(
                new Change.Update(row("nut", "a", 1), row("nut", "a", 2)),
                new Change.Update(row("nut", "a", 9), row("nut", "a", 3)));

        assertThat(uncontested(changes).locked()).isEqualTo(changes);
    }

    @Test
    void a_row_that_came_and_went_is_locked_first_since_only_that_locks_an_absent_key() {
        List<StampedChange> changes =
                stamped(new Change.Insert(row("nut", "a", 1)), new Change.Delete(row("nut", "a", 1)));
        BatchPlan plan = uncontested(changes);

        assertThat(plan.locked()).isEqualTo(changes);
        assertThat(plan.seenOfInserts()).isEmpty();
    }

    @Test
    void a_decided_state_is_locked_first_since_it_follows_from_no_row() {
        List<StampedChange> changes = stamped(new Change.Settle(row("nut", "a", 1), true));

        assertThat(uncontested(changes).locked()).isEqualTo(changes);
    }

    /** A row whose shape changes within the batch is written in the order of the log. */
    @Test
    void a_row_that_changes_its_shape_is_locked_first() {
        TableShape wider = new TableShape(STOCK.table(), List.of("item", "place", "pieces", "note"), List.of(0));
        List<StampedChange> changes = stamped(
                new Change.Update(row("nut", "a", 1), row("nut", "a", 2)),
                new Change.Update(
                        RowImage.of(wider, "nut", "a", "2", null), RowImage.of(wider, "nut", "a", "2", "new")));

        assertThat(uncontested(changes).locked()).isEqualTo(changes);
    }

    @Test
    void the_plan_gives_the_same_rows_as_the_changes_one_by_one() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Map<RowKey, RowImage> before = new HashMap<>();
            for (String item : List.of("nut", "bolt", "cog")) {
                if (random.nextBoolean()) {
                    before.put(row(item, "a", 0).key(), row(item, "a", 0));
                }
            }
            List<StampedChange> changes = randomChanges(random, before);
            Map<RowKey, RowImage> expected = new HashMap<>(before);
            changes.forEach(change ->
                    put(expected, change.change().key(), change.change().after()));
            RowKey contested =
                    row(random.nextBoolean() ? "nut" : "none", "a", 0).key();

            assertThat(applied(BatchPlan.of(changes, (key, seen) -> key.equals(contested)), before))
                    .as("seed %d: %s", seed, changes)
                    .isEqualTo(expected);
        }
    }

    private static List<StampedChange> randomChanges(Random random, Map<RowKey, RowImage> before) {
        Map<RowKey, RowImage> rows = new HashMap<>(before);
        List<Change> changes = new ArrayList<>();
        for (int i = random.nextInt(12); i >= 0; i--) {
            RowImage next = row(List.of("nut", "bolt", "cog").get(random.nextInt(3)), "p" + random.nextInt(3), i);
            RowImage present = rows.get(next.key());
            if (present == null) {
                changes.add(new Change.Insert(next));
                rows.put(next.key(), next);
            } else if (random.nextInt(3) == 0) {
                changes.add(new Change.Delete(present));
                rows.remove(next.key());
            } else {
                changes.add(new Change.Update(present, next));
                rows.put(next.key(), next);
            }
        }
        return stamped(changes.toArray(Change[]::new));
    }

    /** What the statements in bulk and then the changes one by one make of the rows. */
    private static Map<RowKey, RowImage> applied(BatchPlan plan, Map<RowKey, RowImage> before) {
        Map<RowKey, RowImage> rows = new HashMap<>(before);
        for (TableWork work : plan.bulk().values()) {
            work.deletes.forEach(image -> assertThat(rows.remove(image.key())).isEqualTo(image));
            work.updates
                    .values()
                    .forEach(pairs -> pairs.forEach(
                            pair -> assertThat(rows.put(pair.after().key(), pair.after()))
                                    .isEqualTo(pair.before())));
            work.inserts.forEach(
                    image -> assertThat(rows.put(image.key(), image)).isNull());
        }
        plan.locked()
                .forEach(change ->
                        put(rows, change.change().key(), change.change().after()));
        return rows;
    }

    private static void put(Map<RowKey, RowImage> rows, RowKey key, @Nullable RowImage image) {
        if (image == null) {
            rows.remove(key);
        } else {
            rows.put(key, image);
        }
    }
}
