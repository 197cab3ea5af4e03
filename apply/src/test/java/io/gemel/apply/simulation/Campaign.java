package io.gemel.apply.simulation;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
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

    /**
     * Runs with the configuration's fault planted where it belongs.
     *
     * @return what broke first, or null when nothing did
     */
    @Nullable
    String failure() {
        Fault fault = configuration.fault();
        if (fault == null || fault.patches().isEmpty()) {
            Finding finding = run();
            return finding == null ? null : finding.failure();
        }
        Object[] arguments = {
            configuration.rule().name(),
            configuration.settings().stream().map(Setting::name).toArray(String[]::new),
            fault.name(),
            configuration.lenient(),
            firstSeed,
            seeds,
            steps
        };
        return Mutant.call(fault.patches(), Campaign.class, "failureOfMutant", arguments);
    }

    /** Called in a mutant, which has its own classes: with names instead of constants. */
    static @Nullable String failureOfMutant(
            String rule, String[] settings, String fault, boolean lenient, long firstSeed, int seeds, int steps) {
        Configuration right = Configuration.of(
                Rule.valueOf(rule), Stream.of(settings).map(Setting::valueOf).toArray(Setting[]::new));
        Fault planted = Fault.valueOf(fault);
        Configuration wrong = lenient ? right.silently(planted) : right.planted(planted);
        Finding finding = new Campaign(wrong, firstSeed, seeds, steps).run();
        return finding == null ? null : finding.failure();
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
