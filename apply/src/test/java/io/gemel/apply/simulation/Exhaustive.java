package io.gemel.apply.simulation;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every order of every small history of one row: each site makes two transactions and applies the other's two, in every
 * possible order, with the clocks of the sites equal and apart.
 */
final class Exhaustive {
    private static final int EACH = 2;
    private static final String ID = "c";
    private static final RowKey KEY = Item.key(ID);

    private final Configuration configuration;
    private final List<Operation> operations;
    private final List<Long> skewsMicros;
    private long runs;

    /** A transaction of one change. */
    enum Operation {
        SET_X,
        SET_Y,
        ADD,
        DELETE_OR_INSERT
    }

    /** What happens next. */
    private enum Event {
        EAST_COMMITS,
        WEST_COMMITS,
        EAST_APPLIES,
        WEST_APPLIES
    }

    /** Histories with every program over {@code operations}, in every order, for each skew of west's clock. */
    Exhaustive(Configuration configuration, List<Operation> operations, List<Long> skewsMicros) {
        this.configuration = configuration;
        this.operations = operations;
        this.skewsMicros = skewsMicros;
    }

    long runs() {
        return runs;
    }

    /** The first broken promise with its history, or null. */
    @Nullable
    String failure() {
        List<List<Event>> orders = new ArrayList<>();
        grow(orders, List.of(), 0, 0, 0, 0);
        List<List<Operation>> programs = programs();
        for (List<Operation> east : programs) {
            for (List<Operation> west : programs) {
                for (List<Event> order : orders) {
                    for (long skew : skewsMicros) {
                        runs++;
                        String failure = Simulation.failure(() -> run(east, west, order, skew));
                        if (failure != null) {
                            return configuration + ": east " + east + ", west " + west + ", order " + order
                                    + ", west's clock " + skew + " ahead: " + failure;
                        }
                    }
                }
            }
        }
        return null;
    }

    private List<List<Operation>> programs() {
        List<List<Operation>> programs = new ArrayList<>();
        for (Operation first : operations) {
            for (Operation second : operations) {
                programs.add(List.of(first, second));
            }
        }
        return programs;
    }

    private static void grow(
            List<List<Event>> orders, List<Event> order, int east, int west, int eastApplied, int westApplied) {
        if (east == EACH && west == EACH && eastApplied == EACH && westApplied == EACH) {
            orders.add(order);
        }
        if (east < EACH) {
            grow(orders, with(order, Event.EAST_COMMITS), east + 1, west, eastApplied, westApplied);
        }
        if (west < EACH) {
            grow(orders, with(order, Event.WEST_COMMITS), east, west + 1, eastApplied, westApplied);
        }
        if (eastApplied < west) {
            grow(orders, with(order, Event.EAST_APPLIES), east, west, eastApplied + 1, westApplied);
        }
        if (westApplied < east) {
            grow(orders, with(order, Event.WEST_APPLIES), east, west, eastApplied, westApplied + 1);
        }
    }

    private static List<Event> with(List<Event> order, Event event) {
        List<Event> longer = new ArrayList<>(order);
        longer.add(event);
        return List.copyOf(longer);
    }

    private void run(List<Operation> east, List<Operation> west, List<Event> order, long skew) {
        try (World world = new World(configuration, List.of(Item.row(ID, 0, 0, 100)), skew)) {
            run(world, east, west, order);
        }
    }

    private static void run(World world, List<Operation> east, List<Operation> west, List<Event> order) {
        int eastNext = 0;
        int westNext = 0;
        for (Event event : order) {
            world.sites().forEach(site -> site.moveClock(1));
            switch (event) {
                case EAST_COMMITS -> {
                    commit(world.site(Sites.EAST), east.get(eastNext), eastNext + 1);
                    eastNext++;
                }
                case WEST_COMMITS -> {
                    commit(world.site(Sites.WEST), west.get(westNext), EACH + westNext + 1);
                    westNext++;
                }
                case EAST_APPLIES -> applyOne(world.site(Sites.EAST));
                case WEST_APPLIES -> applyOne(world.site(Sites.WEST));
            }
        }
        world.settle();
        Oracle.check(world);
    }

    private static void commit(SimulatedSite site, Operation operation, int number) {
        RowImage row = site.database().image(KEY);
        if (operation == Operation.DELETE_OR_INSERT) {
            site.commit(List.of(
                    row == null
                            ? new Change.Insert(Item.row(ID, number, number, 1000L * number))
                            : new Change.Delete(row)));
        } else if (row != null) {
            RowImage after = switch (operation) {
                case SET_X -> Item.with(row, Item.X, number);
                case SET_Y -> Item.with(row, Item.Y, number);
                default -> Item.with(row, Item.N, Item.number(row, Item.N) + 10L * number);
            };
            site.commit(List.of(new Change.Update(row, after)));
        }
        ship(site);
    }

    /** Applies the peer's next transaction, when there is one. */
    private static void applyOne(SimulatedSite site) {
        long before = site.database().marker().position();
        boolean goesOn = true;
        while (goesOn && site.database().marker().position() == before) {
            goesOn = site.apply(1, false);
        }
        ship(site);
    }

    private static void ship(SimulatedSite site) {
        boolean progressed = true;
        while (progressed) {
            progressed = site.read(false) || site.publish();
        }
    }
}
