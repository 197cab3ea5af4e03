package io.gemel.router.api;

import java.util.List;

/**
 * What is spoken with clients besides HTTP/1.1.
 *
 * @param http2 {@code http2}: whether HTTP/2 is offered to clients that come by TLS, and understood without it
 * @param streamsMax {@code http2.streams.max}: requests at once on one connection of HTTP/2; further ones are refused
 * @param upgradesMax {@code upgrades.max}: clients' connections at once that were upgraded to another protocol; beyond it further upgrades
 *     are turned away
 */
public record RouterProtocols(boolean http2, int streamsMax, int upgradesMax) {
    /** What holds when nothing is said. */
    public static RouterProtocols defaults() {
        return new RouterProtocols(true, 100, 1000);
    }

    void check(List<String> problems) {
        if (streamsMax < 1) {
            problems.add("http2.streams.max must be at least 1");
        }
        if (upgradesMax < 0) {
            problems.add("upgrades.max must not be negative");
        }
    }
}
