package io.gemel.router.fleet;

import io.gemel.router.decision.Fleet;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says so when no VM takes requests of a group any more, and when one does again. Confined to the watching event loop. */
final class GroupWatch {
    private static final Logger LOG = LoggerFactory.getLogger(GroupWatch.class);

    private final Fleet fleet;
    private final Set<String> served = new HashSet<>();
    private final Set<String> lost = new HashSet<>();

    GroupWatch(Fleet fleet) {
        this.fleet = fleet;
    }

    void tick() {
        Set<String> groups = fleet.groups();
        served.retainAll(groups);
        lost.retainAll(groups);
        for (String group : groups) {
            if (fleet.isServed(group)) {
                served.add(group);
                if (lost.remove(group)) {
                    LOG.info("group {}: VMs take requests again", group);
                }
            } else if (served.remove(group)) {
                lost.add(group);
                LOG.warn("group {}: no VM takes requests", group);
            }
        }
    }
}
