package io.gemel.apply.simulation;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Many random schedules of one configuration. */
final class Campaign {
    private final Configuration configuration;
    private final long firstSeed;
    private final int seeds;
    private final int steps;
    private final SimulationCounts tally = new SimulationCounts();

    /** A schedule that broke a promise. */
    record Finding(Configuration configuration, long seed, int steps, List<Step> shrunk) {
        String failure() {
            return Objects.requireNonNull(Simulation.failure(configuration, shrunk));
        }

        /** All that is needed to understand it and to run it again. */
        String report() {
            return configuration + ", -Dgemel.test.simulation.seed=" + seed + " -Dgemel.test.simulation.length=" + steps
                    + ", shrunk to " + shrunk.size() + " steps:" + System.lineSeparator()
                    + Trace.of(configuration, shrunk);
        }
    }

    Campaign(Configuration configuration, long firstSeed, int seeds, int steps) {
        this.configuration = configuration;
        this.firstSeed = firstSeed;
        this.seeds = seeds;
        this.steps = steps;
    }

    /** Runs until a promise is broken: that finding, or null when none is. Prints what was done. */
    @Nullable
    Finding run() {
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            List<Step> schedule = Schedule.random(seed, configuration, steps);
            if (Simulation.failure(configuration, schedule, tally) != null) {
                List<Step> shrunk = Shrinker.shrink(schedule, rest -> Simulation.failure(configuration, rest) != null);
                Finding finding = new Finding(configuration, seed, steps, shrunk);
                print(seed, "seed " + seed + " shrunk to " + shrunk.size() + " steps: " + finding.failure());
                return finding;
            }
        }
        print(firstSeed + seeds - 1, tally + ", no violation");
        return null;
    }

    /** Steps of all schedules, when none breaks a promise. */
    long steps() {
        return (long) seeds * steps;
    }

    SimulationCounts tally() {
        return tally;
    }

    private void print(long lastSeed, String result) {
        long done = (lastSeed - firstSeed + 1) * steps;
        System.out.println(configuration + ": seeds " + firstSeed + "-" + lastSeed + ", " + done + " steps, " + result);
    }
}
