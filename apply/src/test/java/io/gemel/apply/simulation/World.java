package io.gemel.apply.simulation;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Two sites that replicate into each other. */
final class World implements AutoCloseable {
    private static final long START_MICROS = 1000;
    private static final long SKEW_MICROS = 30;
    private static final int GROUP_MAX = 3;
    private static final int TIMES_OUT = 7;
    private static final List<Turn.Order> DISTURBANCES =
            List.of(Turn.Order.FAIL, Turn.Order.FAIL, Turn.Order.BREAK, Turn.Order.LOSE_ANSWER);
    private static final int CLOCK_STEP_MAX = 200;
    private static final int DRAIN_ROUNDS_MAX = 100_000;

    private final Configuration configuration;
    private final List<RowImage> initial;
    private final SimulatedSite east;
    private final SimulatedSite west;

    World(Configuration configuration, List<RowImage> initial, long skewMicros) {
        this.configuration = configuration;
        this.initial = initial;
        SimulatedLog eastLog = new SimulatedLog();
        SimulatedLog westLog = new SimulatedLog();
        east = new SimulatedSite(Sites.EAST, configuration, initial, START_MICROS, eastLog, westLog);
        west = new SimulatedSite(Sites.WEST, configuration, initial, START_MICROS + skewMicros, westLog, eastLog);
    }

    /** Two rows at the start, one clock slightly ahead. */
    static World usual(Configuration configuration) {
        List<RowImage> initial = configuration.keys().stream()
                .limit(2)
                .map(id -> Item.row(id, 0, 0, 100))
                .toList();
        return new World(configuration, initial, SKEW_MICROS);
    }

    Configuration configuration() {
        return configuration;
    }

    List<RowImage> initial() {
        return initial;
    }

    /** A row as both sites had it at the start, or null. */
    @Nullable
    RowImage initial(RowKey key) {
        return initial.stream().filter(row -> row.key().equals(key)).findFirst().orElse(null);
    }

    SimulatedSite site(SiteId name) {
        return name.equals(Sites.EAST) ? east : west;
    }

    List<SimulatedSite> sites() {
        return List.of(east, west);
    }

    @Override
    public void close() {
        sites().forEach(SimulatedSite::close);
    }

    /** Performs a step; false when it found nothing to do. */
    boolean perform(Step step) {
        SimulatedSite site = site(step.site());
        int seed = step.seed();
        site.moveClock(seed % 4);
        return switch (step.action()) {
            case LOCAL -> site.commit(transaction(step));
            case READ -> repeat(step, () -> site.read(seed % 3 == 0));
            case PUBLISH -> repeat(step, site::publish);
            case APPLY -> repeat(step, () -> site.apply(1 + seed % GROUP_MAX, seed % TIMES_OUT == 0));
            case HEARTBEAT -> site.heartbeat();
            case ZOMBIE -> site.zombiePublishes();
            default -> {
                disturb(site, step);
                yield true;
            }
        };
    }

    /** False when it found nothing to do even once. */
    private static boolean repeat(Step step, BooleanSupplier act) {
        int done = 0;
        while (done < step.size() && act.getAsBoolean()) {
            done++;
        }
        return done > 0;
    }

    /** The changes that a local transaction of this step would make now. */
    List<Change> transaction(Step step) {
        return Workload.transaction(configuration, site(step.site()).database(), step.seed(), step.size());
    }

    private static void disturb(SimulatedSite site, Step step) {
        int seed = step.seed();
        switch (step.action()) {
            case CRASH -> site.crash();
            case DISTURB -> site.disturb(DISTURBANCES.get(seed % DISTURBANCES.size()));
            case PASS_TIME -> site.passTime();
            case RESTART_CAPTURE -> site.restartCapture(0);
            case REPUBLISH -> site.restartCapture(1 + seed % 3);
            case STRANGER -> site.stranger(seed % 2 == 0);
            case CLOCK -> site.moveClock(seed % (2 * CLOCK_STEP_MAX + 1) - CLOCK_STEP_MAX);
            default -> throw new IllegalArgumentException("no disturbance: " + step);
        }
    }

    /** Zombies say their last, everything is read, published and applied, and each site knows that of the other. */
    void settle() {
        for (SimulatedSite site : sites()) {
            boolean speaks = true;
            while (speaks) {
                speaks = site.zombiePublishes();
            }
        }
        drain();
        // Twice: a process that finds its log taken over starts again, and its first heartbeat is lost.
        for (int round = 0; round < 2; round++) {
            sites().forEach(SimulatedSite::heartbeat);
            drain();
        }
    }

    private void drain() {
        for (int round = 0; round < DRAIN_ROUNDS_MAX; round++) {
            boolean progressed = false;
            for (SimulatedSite site : sites()) {
                while (site.read(false) || site.publish()) {
                    progressed = true;
                }
                progressed |= site.apply(1, false);
            }
            if (!progressed) {
                return;
            }
        }
        throw new Violation("the logs do not drain");
    }
}
