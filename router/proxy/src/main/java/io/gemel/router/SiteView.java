package io.gemel.router;

import io.gemel.router.RouterReport.SiteState;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** One site as the router knows it at the moment. The watching thread writes verdicts; any thread may read and count. */
final class SiteView {
    private final RouterConfig.Site config;
    private final List<VmState> vms;
    private final AdaptiveLimit limit = new AdaptiveLimit();
    private final FailoverLane lane = new FailoverLane();
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile SiteState state = SiteState.UP;
    private volatile Set<String> crossableTo = Set.of();
    private volatile long lagMillis = -1;
    private volatile String reason = "";

    SiteView(RouterConfig.Site config, List<VmState> vms) {
        this.config = config;
        this.vms = List.copyOf(vms);
    }

    String name() {
        return config.name().name();
    }

    RouterConfig.Site config() {
        return config;
    }

    List<VmState> vms() {
        return vms;
    }

    AdaptiveLimit limit() {
        return limit;
    }

    FailoverLane lane() {
        return lane;
    }

    AtomicInteger inFlight() {
        return inFlight;
    }

    SiteState state() {
        return state;
    }

    void state(SiteState next) {
        state = next;
    }

    /** Sites that know all that was known of this one's commits when nothing more could happen here. */
    Set<String> crossableTo() {
        return crossableTo;
    }

    void crossableTo(Set<String> sites) {
        crossableTo = Set.copyOf(sites);
    }

    /** -1 when its process does not say. */
    long lagMillis() {
        return lagMillis;
    }

    /** What its process says. */
    void told(long lag, String why) {
        lagMillis = lag;
        reason = why;
    }

    String reason() {
        return reason;
    }

    boolean hasUsable() {
        for (VmState vm : vms) {
            if (vm.usable()) {
                return true;
            }
        }
        return false;
    }
}
