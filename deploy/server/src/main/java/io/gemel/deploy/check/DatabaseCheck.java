package io.gemel.deploy.check;

import java.sql.SQLException;

/** Looks at one subject of a site's database. Only reads. */
@FunctionalInterface
interface DatabaseCheck {
    void check(CheckedSite site, Findings findings) throws SQLException;
}
