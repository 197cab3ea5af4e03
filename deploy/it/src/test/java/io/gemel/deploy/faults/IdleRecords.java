package io.gemel.deploy.faults;

import io.gemel.deploy.site.TwoSites;
import java.util.ArrayList;
import java.util.List;

/** What two sites publish when nobody writes. */
final class IdleRecords {
    /** One comes every second. */
    private static final int HEARTBEATS = 10;

    private IdleRecords() {}

    /** All parts of transactions that either site publishes from now on, for a while. */
    static List<String> of(TwoSites sites) throws Exception {
        String brokers = sites.kafka().bootstrapServers();
        List<String> records = new ArrayList<>();
        try (TopicTail east = new TopicTail(brokers, sites.east()).atItsEnd();
                TopicTail west = new TopicTail(brokers, sites.west()).atItsEnd()) {
            records.addAll(east.othersAmongHeartbeats(HEARTBEATS));
            records.addAll(west.othersAmongHeartbeats(HEARTBEATS));
        }
        return records;
    }
}
