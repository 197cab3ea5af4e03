package io.gemel.router;

import io.gemel.router.RouterReport.SiteState;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** One site as the router knows it at the moment, as long as the router runs. The watching thread writes verdicts; any thread may read and count. */
final class SiteView {
    private volatile RouterConfig.Site config;
    private volatile List<VmState> vms;
    private volatile List<VmState> leaving = List.of();
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

    /** Those that are named now; the list itself never changes. */
    List<VmState> vms() {
        return vms;
    }

    /** Those that are named no longer, and still have something in hand or sessions to be ended. */
    List<VmState> leaving() {
        return leaving;
    }

    /** What is said of it now. Call on one thread at a time, as {@link #forget}. */
    void changes(RouterConfig.Site site, List<VmState> named, Collection<VmState> leave) {
        config = site;
        leaving = List.copyOf(leave);
        vms = List.copyOf(named);
    }

    /** Looks no longer at a VM that has left. */
    void forget(VmState vm) {
        vm.membership(Membership.FORGOTTEN);
        leaving = leaving.stream().filter(other -> other != vm).toList();
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
