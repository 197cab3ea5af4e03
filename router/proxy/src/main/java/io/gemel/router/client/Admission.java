package io.gemel.router.client;

import io.gemel.router.api.RouterLimits;
import io.gemel.router.decision.Group;
import io.gemel.router.decision.Groups;
import io.gemel.router.decision.VmState;
import io.gemel.router.report.RouterCounters;
import java.util.function.ToLongFunction;

/**
 * Counts the router's requests in flight, and limits them. Half of the capacity is first come, first served; the other
 * half is divided among the groups of VMs, so that a group whose VMs are slow or dead leaves the others their share.
 * Thread-safe; concurrent callers may each be admitted for the last place.
 */
public final class Admission {
    private final Groups groups;
    private final RouterCounters counters;

    public Admission(Groups groups, RouterCounters counters) {
        this.groups = groups;
        this.counters = counters;
    }

    /**
     * Whether one more request of a group may be accepted.
     *
     * @param named how many groups there are
     */
    boolean hasRoom(Group group, RouterLimits limits, int named) {
        long bodies = 0;
        for (Group each : groups.all()) {
            bodies += each.bodyBytes().get();
        }
        long answers = Math.max(0, counters.bodyBytes.get() - bodies);
        return hasRoom(group, each -> each.inFlight().get(), 0, limits.requestsMax(), named)
                && hasRoom(group, each -> each.bodyBytes().get(), answers, limits.bodiesMax(), named);
    }

    private boolean hasRoom(Group group, ToLongFunction<Group> use, long othersUse, long max, int named) {
        long own = max / (2L * Math.max(1, named));
        if (use.applyAsLong(group) < own(group, own)) {
            return true;
        }
        long shared = othersUse;
        for (Group each : groups.all()) {
            shared += Math.max(0, use.applyAsLong(each) - own(each, own));
        }
        return shared < max - named * own;
    }

    private static long own(Group group, long own) {
        return group.name().equals(VmState.ANY_GROUP) ? 0 : own;
    }

    /** A request was accepted. */
    void entered(Group group) {
        counters.requests.increment();
        counters.inFlight.incrementAndGet();
        group.inFlight().incrementAndGet();
    }

    /** And has ended. */
    public void left(Group group) {
        counters.inFlight.decrementAndGet();
        group.inFlight().decrementAndGet();
    }

    /** Adds to the size of the bodies in memory; negative when they are released. */
    public void keeps(Group group, long bytes) {
        counters.bodyBytes.addAndGet(bytes);
        group.bodyBytes().addAndGet(bytes);
    }
}
