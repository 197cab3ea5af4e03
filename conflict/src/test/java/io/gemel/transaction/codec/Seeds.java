package io.gemel.transaction.codec;

import java.util.Random;

/** Runs a property for many seeds; a failure names the seed, and {@code -Dgemel.test.seed=N} repeats that one alone. */
public final class Seeds {
    private static final String ONE_SEED = "gemel.test.seed";

    private Seeds() {}

    /** A property that draws what it needs from a seeded source. */
    @FunctionalInterface
    public interface Property {
        void holds(Random random) throws Exception;
    }

    /** Checks the property for seeds from 0. */
    public static void forEach(int count, Property property) {
        Long only = Long.getLong(ONE_SEED);
        if (only != null) {
            check(only, property);
            return;
        }
        for (long seed = 0; seed < count; seed++) {
            check(seed, property);
        }
    }

    private static void check(long seed, Property property) {
        try {
            property.holds(new Random(seed));
        } catch (Exception | AssertionError e) {
            throw new AssertionError("fails with -D" + ONE_SEED + "=" + seed + ": " + e.getMessage(), e);
        }
    }
}
