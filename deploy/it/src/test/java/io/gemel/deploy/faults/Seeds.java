package io.gemel.deploy.faults;

/** The seed of a test run; {@code -Dgemel.test.seed} repeats an earlier one. */
public final class Seeds {
    private Seeds() {}

    /** Chooses a seed and prints it. */
    public static long announced(String test) {
        long seed = Long.getLong("gemel.test.seed", System.nanoTime());
        System.out.println(test + " seed " + seed + " (repeat with -Dgemel.test.seed=" + seed + ")");
        return seed;
    }
}
