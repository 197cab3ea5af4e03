package io.gemel.deploy.verdict;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.CatalogTable.Partition;
import io.gemel.deploy.database.Publication;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tables of a site at one point in time: what can be replicated, and what is not set up. Immutable.
 *
 * @param verdict what can be replicated
 * @param unprepared what {@code gemel prepare} has not done about the tables that can be, one obstacle a table or
 *     partition
 */
public record TableSetup(SiteVerdict verdict, List<Blocker> unprepared) {
    public TableSetup {
        unprepared = List.copyOf(unprepared);
    }

    /** Reads and judges, in a fixed number of queries. */
    public static TableSetup read(Connection connection, SiteConfig config) throws SQLException {
        SiteVerdict verdict = SiteVerdict.read(connection, config);
        return new TableSetup(
                verdict, unprepared(config, verdict, Publication.find(connection, SiteConfig.PUBLICATION)));
    }

    private static List<Blocker> unprepared(SiteConfig config, SiteVerdict verdict, Optional<Publication> publication) {
        List<String> published = publication.map(Publication::tables).orElse(List.of());
        String prepare = "gemel prepare " + config.file();
        List<Blocker> unprepared = new ArrayList<>();
        for (CatalogTable table : verdict.replicable()) {
            if (!published.contains(table.sqlName())) {
                unprepared.add(new Blocker(
                        Cause.NOT_PREPARED,
                        table.sqlName(),
                        "matches tables= and is not in the publication " + SiteConfig.PUBLICATION
                                + ", so its changes do not reach the peer, and those made until then never will",
                        prepare + ", then make its rows equal at both sites"));
            } else if (!table.fullImages()) {
                unprepared.add(withoutImages(table.sqlName(), prepare));
            }
            table.partitions().stream()
                    .filter(partition -> !partition.fullImages())
                    .map(Partition::sqlName)
                    .forEach(partition -> unprepared.add(withoutImages(partition, prepare)));
        }
        return unprepared;
    }

    private static Blocker withoutImages(String relation, String prepare) {
        return new Blocker(
                Cause.NOT_PREPARED,
                relation,
                "logs no full row images, so capture halts at the next update or delete in it",
                prepare);
    }
}
