package io.gemel.apply.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Local transactions that slip between an applier's plan and its writes, too rarely for random schedules to rely on. */
class PlannedRowsTest {
    private static final long LATER_MICROS = 100;
    private static final Change TRUNCATE = new Change.Truncate(Item.SHAPE);
    private static final RowImage FIRST = Item.row("a", 0, 0, 100);
    private static final Configuration RIGHT = Configuration.of(Rule.LAST_WRITER_WINS, Setting.PLANNED);

    @Test
    void an_insert_is_looked_up_again_when_it_holds_the_key() {
        assertThat(insertAndDeleteSlipIn(RIGHT)).isNull();
        assertThat(insertAndDeleteSlipIn(RIGHT.silently(Fault.INSERT_LOOKED_UP_ONCE)))
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
        assertThat(insertAndDeleteSlipIn(RIGHT, TRUNCATE)).isNull();
        assertThat(insertAndDeleteSlipIn(RIGHT.planted(Fault.TRUNCATED_BEFORE_LOOKED_UP), TRUNCATE))
                .contains("its changes give absent");
    }

    private static @Nullable String insertAndDeleteSlipIn(Configuration configuration, Change... more) {
        return slipIn(
                new World(configuration, List.of(), 0),
                Stream.concat(Stream.of(new Change.Insert(Item.row("a", 1, 1, 1000))), Stream.of(more))
                        .toList(),
                List.of(new Change.Insert(FIRST), new Change.Delete(FIRST)));
    }

    private static @Nullable String anUpdateToTheSameSlipsIn(Configuration configuration) {
        return slipIn(
                new World(configuration, List.of(FIRST), 0),
                List.of(new Change.Update(FIRST, Item.with(FIRST, Item.X, 1))),
                List.of(new Change.Update(FIRST, FIRST)));
    }

    /** East has planned west's changes when a later local transaction commits and is read. */
    private static @Nullable String slipIn(World world, List<Change> incoming, List<Change> local) {
        return Simulation.failure(() -> {
            SimulatedSite east = world.site(Sites.EAST);
            SimulatedSite west = world.site(Sites.WEST);
            west.commit(incoming);
            west.read(false);
            west.publish();
            east.apply(1);
            east.moveClock(LATER_MICROS);
            east.commit(local);
            east.read(false);
            east.apply(1);
            world.settle();
            Oracle.check(world);
        });
    }
}
