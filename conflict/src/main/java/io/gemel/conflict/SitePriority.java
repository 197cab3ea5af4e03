package io.gemel.conflict;

import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;

/** The whole row of the preferred site's change, unless the other site had seen it. */
public final class SitePriority implements WholeRowPolicy {
    private final SiteId preferred;

    public SitePriority(SiteId preferred) {
        this.preferred = preferred;
    }

    public SiteId preferred() {
        return preferred;
    }

    @Override
    public String name() {
        return "site-priority(" + preferred + ")";
    }

    @Override
    public boolean precedes(StampedChange earlier, StampedChange later) {
        return earlier.origin().equals(preferred) ? later.saw(earlier) : !earlier.saw(later);
    }
}
