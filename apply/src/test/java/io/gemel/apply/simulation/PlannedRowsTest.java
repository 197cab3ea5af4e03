package io.gemel.apply.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Local transactions that slip between an applier's plan and its writes, too rarely for random schedules to rely on. */
class PlannedRowsTest {
    private static final long LATER_MICROS = 100;
    private static final int STEPS_TO_PLAN = 3; // start, fetch, begin
    private static final Change INSERT = new Change.Insert(Item.row("a", 1, 1, 1000));
    private static final RowImage FIRST = Item.row("a", 0, 0, 100);
    private static final Configuration RIGHT = Configuration.of(Rule.LAST_WRITER_WINS);

    @Test
    void an_insert_is_looked_up_again_when_it_holds_the_key() {
        assertThat(insertAndDeleteSlipIn()).isNull();
        assertThat(planted(Fault.INSERT_LOOKED_UP_ONCE, "insertAndDeleteSlipIn"))
                .contains("row public.item[a] is");
    }

    @Test
    void the_horizon_is_fixed_before_the_window_is_asked() {
        assertThat(anUpdateToTheSameSlipsIn(RIGHT)).isNull();
        assertThat(anUpdateToTheSameSlipsIn(RIGHT.silently(Fault.HORIZON_AFTER_THE_PLAN)))
                .contains("row public.item[a] is");
    }

    @Test
    void an_insert_is_looked_up_again_before_its_table_is_emptied() {
        assertThat(insertAndDeleteSlipInBeforeTruncate()).isNull();
        assertThat(planted(Fault.TRUNCATED_BEFORE_LOOKED_UP, "insertAndDeleteSlipInBeforeTruncate"))
                .contains("it went well the second time");
    }

    @Test
    void what_capture_has_read_is_not_told_by_a_clock() {
        assertThat(anUpdateToTheSameComesWithAnEarlierClock(RIGHT)).isNull();
        assertThat(anUpdateToTheSameComesWithAnEarlierClock(RIGHT.silently(Fault.FAST_PATH_BY_COMMIT_TIME)))
                .contains("row public.item[a] is");
    }

    private static @Nullable String planted(Fault fault, String scenario) {
        return Mutant.call(fault.patches(), PlannedRowsTest.class, scenario);
    }

    private static @Nullable String insertAndDeleteSlipIn() {
        return bothSlipIn(List.of(INSERT));
    }

    private static @Nullable String insertAndDeleteSlipInBeforeTruncate() {
        return bothSlipIn(List.of(INSERT, new Change.Truncate(Item.SHAPE)));
    }

    private static @Nullable String bothSlipIn(List<Change> incoming) {
        return slipIn(
                new World(RIGHT, List.of(), 0), incoming, List.of(new Change.Insert(FIRST), new Change.Delete(FIRST)));
    }

    private static @Nullable String anUpdateToTheSameSlipsIn(Configuration configuration) {
        return slipIn(
                new World(configuration, List.of(FIRST), 0),
                List.of(new Change.Update(FIRST, Item.with(FIRST, Item.X, 1))),
                List.of(new Change.Update(FIRST, FIRST)));
    }

    /** East's clock is set back behind a commit that capture has read; the next one it has not. */
    private static @Nullable String anUpdateToTheSameComesWithAnEarlierClock(Configuration configuration) {
        return Simulation.failure(() -> {
            try (World world = new World(configuration, List.of(FIRST), 0)) {
                SimulatedSite east = world.site(Sites.EAST);
                SimulatedSite west = world.site(Sites.WEST);
                west.commit(List.of(new Change.Update(FIRST, Item.with(FIRST, Item.X, 1))));
                west.read(false);
                west.publish();
                east.moveClock(LATER_MICROS);
                east.commit(List.of(new Change.Insert(Item.row("b", 0, 0, 1000))));
                east.read(false);
                east.moveClock(-LATER_MICROS);
                east.commit(List.of(new Change.Update(FIRST, FIRST)));
                boolean goesOn = true;
                while (goesOn) {
                    goesOn = east.apply(1, false);
                }
                world.settle();
                Oracle.check(world);
            }
        });
    }

    /** East has planned west's changes when a later local transaction commits and is read. */
    private static @Nullable String slipIn(World world, List<Change> incoming, List<Change> local) {
        return Simulation.failure(() -> {
            try (world) {
                SimulatedSite east = world.site(Sites.EAST);
                SimulatedSite west = world.site(Sites.WEST);
                west.commit(incoming);
                west.read(false);
                west.publish();
                for (int step = 0; step < STEPS_TO_PLAN; step++) {
                    east.apply(1, false);
                }
                east.moveClock(LATER_MICROS);
                east.commit(local);
                east.read(false);
                world.settle();
                Oracle.check(world);
            }
        });
    }
}
