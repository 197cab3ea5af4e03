package io.gemel.deploy.verdict;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Why a database as a whole cannot take part, whatever is set up in it. The rules are pure; {@link Facts#read} asks the server. */
final class SiteRules {
    private static final int OLDEST = 150000;
    private static final int FIRST_TOO_NEW = 190000;

    private SiteRules() {}

    /**
     * What the rules are about.
     *
     * @param version its {@code server_version_num}
     * @param shownVersion its version as it prints it
     * @param encoding of the database
     * @param walLevel what the server logs
     */
    record Facts(int version, String shownVersion, String encoding, String walLevel) {
        static Facts read(Connection connection) throws SQLException {
            return Sql.first(
                            connection,
                            row -> new Facts(row.getInt(1), row.getString(2), row.getString(3), row.getString(4)),
                            "SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
                                    + " current_setting('server_encoding'), current_setting('wal_level')")
                    .orElseThrow(() -> new SQLException("the server does not report its settings"));
        }

        boolean isTooOld() {
            return version < OLDEST;
        }
    }

    static List<Blocker> broken(Facts server) {
        List<Blocker> broken = new ArrayList<>();
        if (server.isTooOld() || server.version() >= FIRST_TOO_NEW) {
            broken.add(new Blocker(
                    Cause.SERVER, "server", "is PostgreSQL " + server.shownVersion(), "use PostgreSQL 15 to 18"));
        }
        if (!server.encoding().equals("UTF8")) {
            broken.add(new Blocker(
                    Cause.SERVER,
                    "database encoding",
                    "is " + server.encoding(),
                    "dump the database and restore it into one of encoding UTF8"));
        }
        if (!server.walLevel().equals("logical")) {
            broken.add(new Blocker(
                    Cause.SERVER,
                    "wal_level",
                    "is " + server.walLevel(),
                    "ALTER SYSTEM SET wal_level = logical, then restart the server"));
        }
        return broken;
    }

    static List<Blocker> broken(SiteConfig config, List<CatalogTable> matched) {
        return matched.isEmpty()
                ? List.of(new Blocker(
                        Cause.CONFIG,
                        "tables=" + config.tables().included(),
                        "matches no table",
                        "create the tables, or correct the patterns in " + config.file()))
                : List.of();
    }
}
