package io.gemel.apply.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Schedules that once broke a promise, written down by hand, for every policy. */
class RegressionTest {
    private static final RowImage FIRST = Item.row("a", 0, 0, 100);

    private static World world(Rule rule) {
        return new World(Configuration.of(rule), List.of(FIRST), 30);
    }

    private static void settle(World world) {
        world.settle();
        Oracle.check(world);
    }

    /** The index of the window held such changes twice, and a delta was added twice. */
    @ParameterizedTest
    @EnumSource
    void registers_once_what_capture_reads_again_after_a_restart(Rule rule) {
        try (World world = world(rule)) {
            SimulatedSite east = world.site(Sites.EAST);
            RowImage second = Item.with(FIRST, Item.N, 130);
            RowImage third = Item.with(second, Item.N, 170);
            east.commit(List.of(new Change.Update(FIRST, second)));
            east.commit(List.of(new Change.Update(second, third)));
            east.read(false);
            east.read(false);
            east.restartCapture(0);
            world.site(Sites.WEST).commit(List.of(new Change.Update(FIRST, Item.with(FIRST, Item.X, 1))));
            settle(world);
        }
    }

    /** A truncate that no local change of the key was concurrent with went past the key's entry. */
    @ParameterizedTest
    @EnumSource
    void remembers_an_incoming_truncate_for_keys_that_met_a_local_truncate(Rule rule) {
        try (World world = world(rule)) {
            SimulatedSite east = world.site(Sites.EAST);
            SimulatedSite west = world.site(Sites.WEST);
            RowImage updated = Item.with(FIRST, Item.X, 1);
            east.commit(List.of(new Change.Truncate(Item.SHAPE)));
            west.commit(List.of(new Change.Update(FIRST, updated)));
            west.commit(List.of(new Change.Truncate(Item.SHAPE)));
            west.commit(List.of(new Change.Insert(Item.row("a", 2, 0, 1000))));
            settle(world);
        }
    }

    /** Rows were released because of others that the same transaction then removed with a truncate, and the applier halted at them. */
    @ParameterizedTest
    @EnumSource
    void applies_a_truncate_behind_changes_that_collide(Rule rule) {
        Configuration configuration = Configuration.of(rule, Setting.UNIQUE, Setting.TRUNCATE);
        assertThat(new Campaign(configuration, 1, 10, 200).failure()).isNull();
    }
}
