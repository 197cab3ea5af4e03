package io.gemel.deploy.prepare;

import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.verdict.SiteVerdict;
import java.util.List;

/**
 * What is being prepared.
 *
 * @param config the site
 * @param role the site's role as SQL needs it, quoted where necessary
 * @param serverVersion the server's {@code server_version_num}
 * @param verdict what of it can be replicated
 */
record Target(SiteConfig config, String role, int serverVersion, SiteVerdict verdict) {
    /** The tables to replicate, without those that cannot be. */
    List<CatalogTable> tables() {
        return verdict.replicable();
    }

    /** The tables' object identifiers. */
    Long[] oids() {
        return tables().stream().map(CatalogTable::oid).toArray(Long[]::new);
    }
}
