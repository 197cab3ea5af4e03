package io.gemel.apply.simulation;

/** How much is simulated, and which seeds: from system properties. */
final class SimulationBudget {
    /** Steps of one schedule. */
    static final int LENGTH = Integer.getInteger("gemel.test.simulation.length", 200);

    private static final long STEPS = Long.getLong("gemel.test.simulation.steps", 240_000);
    private static final long LONG_STEPS = 1_000_000;
    private static final long ANY_SEED = -1;
    private static final long SEED = Long.getLong("gemel.test.simulation.seed", ANY_SEED);

    private SimulationBudget() {}

    /** Is there time for more than an ordinary build does? */
    static boolean isLong() {
        return STEPS >= LONG_STEPS;
    }

    /** The campaign of one out of so many configurations: its share of all steps, or the one seed wanted. */
    static Campaign campaign(Configuration configuration, int configurations) {
        if (SEED != ANY_SEED) {
            return new Campaign(configuration, SEED, 1, LENGTH);
        }
        long share = (long) configurations * LENGTH;
        return new Campaign(configuration, 0, Math.toIntExact((STEPS + share - 1) / share), LENGTH);
    }
}
