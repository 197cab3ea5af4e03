package io.gemel.deploy.check;

import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import java.sql.Connection;
import java.util.List;

/**
 * A site under check.
 *
 * @param config its configuration
 * @param connection to its database, as the role Gemel works as
 * @param serverVersion its server's {@code server_version_num}
 * @param tables the tables its configuration matches
 */
record CheckedSite(SiteConfig config, Connection connection, int serverVersion, List<CatalogTable> tables) {}
