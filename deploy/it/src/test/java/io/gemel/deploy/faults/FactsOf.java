package io.gemel.deploy.faults;

import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.TopicReader;
import io.gemel.deploy.site.TwoSites;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/** Collects what the checkers judge. The sites must have caught up with each other, and nobody may write. */
final class FactsOf {
    private FactsOf() {}

    /**
     * Reads databases, logs and observers.
     *
     * @param workload ended or paused
     */
    static Facts run(
            TwoSites sites,
            Workload workload,
            List<String> idleRecords,
            List<Measure> recoveries,
            List<Measure> resources)
            throws Exception {
        List<String> halves = new ArrayList<>();
        List<String> gaps = new ArrayList<>();
        for (Observer each : workload.observers()) {
            each.halves().forEach(half -> halves.add(half + " seen at " + each));
            each.gaps().forEach(gap -> gaps.add(gap + " seen at " + each));
        }
        return new Facts(
                workload.history().outcomes(),
                workload.history().submissions(),
                site(sites, sites.east()),
                site(sites, sites.west()),
                halves,
                gaps,
                idleRecords,
                recoveries,
                resources);
    }

    private static SiteFacts site(TwoSites sites, SiteFixture site) throws Exception {
        try (Connection connection = site.connectAsAdministrator()) {
            return SiteFacts.read(
                    site.config().site().name(),
                    connection,
                    TopicReader.transactions(
                            sites.kafka().bootstrapServers(),
                            site.config().logTopic(),
                            site.config().site()));
        }
    }
}
