package io.gemel.conflict.simulation;

import io.gemel.transaction.SiteId;

/** The names of the two sites. */
final class Sites {
    static final SiteId EAST = new SiteId("east");
    static final SiteId WEST = new SiteId("west");

    private Sites() {}

    static SiteId peerOf(SiteId site) {
        return site.equals(EAST) ? WEST : EAST;
    }
}
