package io.gemel.router.decision;

import io.gemel.router.api.RouterReport.SiteState;

/** What {@link ResubmissionPolicy} need to know of VMs and sites. */
interface FleetView {
    /** What became of the VM of an attempt that broke. */
    VmFate fateOf(Attempt attempt);

    SiteState stateOf(String site);

    /** The name of the site where the router stands, and to which requests go first. */
    String ownSite();

    /** What became of a VM after an attempt at it broke. */
    enum VmFate {
        DIED,
        LIVES,
        /** Not heard since. */
        OPEN
    }
}
