package io.gemel.deploy.prepare;

import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import java.util.List;

/**
 * What is being prepared.
 *
 * @param config the site
 * @param role the site's role as SQL needs it, quoted where necessary
 * @param serverVersion the server's {@code server_version_num}
 * @param tables the tables to replicate, without those that cannot be
 */
record Target(SiteConfig config, String role, int serverVersion, List<CatalogTable> tables) {}
