package io.gemel.deploy.prepare;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.GemelSchema;
import io.gemel.deploy.database.Seal;
import io.gemel.deploy.database.SiteDatabase;
import io.gemel.deploy.database.Slot;
import io.gemel.deploy.database.TableCatalog;
import io.gemel.deploy.verdict.Blocker;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets a database go on whose slot is gone though it was sealed, as after a major upgrade of the server: once the new slot is there, no
 * row may be newer than the seal, for its transaction would be in neither log. Works as the site's role.
 */
final class SealResumption {
    private final SiteConfig config;
    private final PrintWriter out;

    SealResumption(SiteConfig config, PrintWriter out) {
        this.config = config;
        this.out = out;
    }

    /** Before the slot is created: whether the database is one whose slot is gone. */
    boolean begin() throws SQLException, CommandException {
        try (Connection connection = SiteDatabase.connect(config)) {
            if (Slot.find(connection, config.slot()).isEmpty()) {
                Seal.beginResuming(connection);
            }
            return Seal.isResuming(connection);
        }
    }

    /**
     * When the slot is there: takes it away again if something was committed before it.
     *
     * @return what was; empty when the site may go on
     */
    List<Blocker> end() throws SQLException, CommandException {
        try (Connection connection = SiteDatabase.connect(config)) {
            List<Blocker> newer = newerRows(connection);
            if (newer.isEmpty()) {
                Seal.resume(connection, config.slot());
                out.println("-- site " + config.site()
                        + " shut down cleanly and nothing was written since: its log continues where it ended");
            } else {
                Slot.drop(connection, config.slot());
            }
            return newer;
        }
    }

    private List<Blocker> newerRows(Connection connection) throws SQLException {
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put(GemelSchema.REPLICATED, GemelSchema.REPLICATED);
        for (CatalogTable table : TableCatalog.matched(connection, config)) {
            tables.put(table.sqlName(), table.rows());
        }
        List<Blocker> newer = new ArrayList<>();
        for (Map.Entry<String, String> table : tables.entrySet()) {
            Optional<Long> rows = Seal.newerRows(connection, table.getValue());
            rows.ifPresent(count -> newer.add(new Blocker(
                    Cause.LOG_OWNER,
                    table.getKey(),
                    "has " + count + " row(s) that were written after the site process had ended and before a slot"
                            + " existed: they are missing in the log",
                    "stop all writers and run gemel prepare again; if these rows were committed, start the pair anew"
                            + " (docs/operate.md)")));
        }
        return newer;
    }
}
