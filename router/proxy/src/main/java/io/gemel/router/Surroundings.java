package io.gemel.router;

import io.gemel.router.RouterReport.SiteState;

/** What {@link Rules} need to know of VMs and sites. */
interface Surroundings {
    /** What became of the VM of an attempt that broke. */
    Fate fateOf(Attempt attempt);

    SiteState stateOf(String site);

    /** The name of the site where the router stands, and to which requests go first. */
    String ownSite();

    /** What became of a VM after an attempt at it broke. */
    enum Fate {
        DIED,
        LIVES,
        /** Not heard since. */
        OPEN
    }
}
