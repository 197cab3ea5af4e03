package io.gemel.apply.simulation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs one schedule from the start to the drained end. */
final class Simulation {
    private Simulation() {}

    /** The first broken promise, or null. */
    static @Nullable String failure(Configuration configuration, List<Step> schedule) {
        return failure(configuration, schedule, new SimulationCounts());
    }

    /** The same; adds what happened to a tally. */
    static @Nullable String failure(Configuration configuration, List<Step> schedule, SimulationCounts tally) {
        return failure(() -> {
            try (World world = World.usual(configuration)) {
                schedule.forEach(world::perform);
                world.settle();
                Oracle.check(world);
                tally.add(world);
            }
        });
    }

    /** The violation that a run ends with, or null; an exception out of the core is one as well. */
    static @Nullable String failure(Runnable run) {
        try {
            run.run();
            return null;
        } catch (Violation violation) {
            return violation.getMessage();
        } catch (IllegalStateException
                | IllegalArgumentException
                | IndexOutOfBoundsException
                | NullPointerException e) {
            return e + " at " + e.getStackTrace()[0];
        }
    }
}
