package io.gemel.router.api;

import java.util.List;

/**
 * Protocols with clients other than HTTP/1.1.
 *
 * @param http2 {@code http2}: whether HTTP/2 is offered to clients with TLS, and accepted without it
 * @param streamsMax {@code http2.streams.max}: concurrent requests on one HTTP/2 connection; further ones are rejected
 * @param upgradesMax {@code upgrades.max}: concurrent client connections that were upgraded to another protocol; beyond
 *     it further upgrades are rejected
 */
public record RouterProtocols(boolean http2, int streamsMax, int upgradesMax) {
    /** The defaults. */
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
