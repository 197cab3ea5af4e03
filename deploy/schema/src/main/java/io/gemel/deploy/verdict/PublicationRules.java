package io.gemel.deploy.verdict;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.transaction.GemelTable;

/** What has happened to the publication behind Gemel's back. Pure. */
final class PublicationRules {
    private PublicationRules() {}

    static Blocker leftOut(SiteConfig config, CatalogTable table) {
        return new Blocker(
                Cause.PUBLICATION_GAP,
                table.sqlName(),
                "was taken out of the publication " + SiteConfig.PUBLICATION
                        + " by hand, and what was committed in it until it was put back is in no log",
                "leave it out for a while, as docs/configuration.md describes; only if nothing was committed in it"
                        + " in the meantime, run 'DELETE FROM " + GemelTable.PUBLISHED + " WHERE relation = "
                        + table.oid()
                        + "' in this database instead, then gemel prepare " + config.file());
    }
}
