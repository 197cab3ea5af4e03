package io.gemel.apply.simulation;

import io.gemel.transaction.LogOwner;
import io.gemel.transaction.SiteId;

/** The names of the two sites, and their databases. */
final class Sites {
    static final SiteId EAST = new SiteId("east");
    static final SiteId WEST = new SiteId("west");

    /** A database that is neither site's. */
    static final LogOwner STRANGER = new LogOwner(3, 1, 1, "elsewhere");

    private Sites() {}

    static LogOwner database(SiteId site) {
        return new LogOwner(site.equals(EAST) ? 1 : 2, 1, 1, site.name());
    }

    static SiteId peerOf(SiteId site) {
        return site.equals(EAST) ? WEST : EAST;
    }
}
