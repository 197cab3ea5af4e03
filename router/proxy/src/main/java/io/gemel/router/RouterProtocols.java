package io.gemel.router;

import java.util.List;

/**
 * What is spoken with clients besides HTTP/1.1.
 *
 * @param upgradesMax {@code upgrades.max}: clients' connections at once that were upgraded to another protocol; beyond it further upgrades
 *     are turned away
 */
public record RouterProtocols(int upgradesMax) {
    /** What holds when nothing is said. */
    public static RouterProtocols defaults() {
        return new RouterProtocols(1000);
    }

    void check(List<String> problems) {
        if (upgradesMax < 0) {
            problems.add("upgrades.max must not be negative");
        }
    }
}
