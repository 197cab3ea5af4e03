package io.gemel.deploy.faults;

import java.util.Random;

/**
 * Something that goes wrong while two sites are at work.
 *
 * @param row its row in the fault matrix, see the package
 * @param name in words
 * @param injection makes it happen; may take a few seconds
 * @param healing ends it, as time or an operator does: a server is started again, a link carries again. Nothing is fixed in Gemel
 */
record Fault(int row, String name, Injection injection, Healing healing) {
    /** Makes a fault happen. */
    @FunctionalInterface
    interface Injection {
        void inject(Random random) throws Exception;
    }

    /** Ends a fault. */
    @FunctionalInterface
    interface Healing {
        Healing NOTHING = () -> {};

        void heal() throws Exception;
    }

    @Override
    public String toString() {
        return row + " " + name;
    }
}
