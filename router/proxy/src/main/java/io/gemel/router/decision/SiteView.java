package io.gemel.router.decision;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterReport.SiteState;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Current state of one site. The watching thread writes verdicts; any thread may read and count. */
public final class SiteView {
    private volatile RouterConfig.Site config;
    private volatile List<VmState> vms;
    private volatile List<VmState> leaving = List.of();
    private volatile Map<String, GroupView> groups = Map.of();
    private volatile SiteState state = SiteState.UP;
    private volatile long lagMillis = -1;
    private volatile String reason = "";

    SiteView(RouterConfig.Site config) {
        this.config = config;
        vms = List.of();
    }

    public String name() {
        return config.name().name();
    }

    public RouterConfig.Site config() {
        return config;
    }

    /** Those that are named now; the list itself never changes. */
    public List<VmState> vms() {
        return vms;
    }

    /** Those that are named no longer, and still have something in hand or sessions to be ended. */
    public List<VmState> leaving() {
        return leaving;
    }

    /**
     * What is said of it now. Call on one thread at a time, as {@link #forget}.
     *
     * @param allGroups those that VMs of any site have or may get: one that has lost its VMs here is still known, since its work may go on elsewhere
     */
    void changes(RouterConfig.Site site, List<VmState> named, Collection<VmState> leave, Collection<String> allGroups) {
        config = site;
        leaving = List.copyOf(leave);
        Map<String, GroupView> next = new LinkedHashMap<>();
        for (String name : allGroups) {
            List<VmState> ofGroup =
                    named.stream().filter(vm -> vm.group().equals(name)).toList();
            GroupView known = groups.get(name);
            if (known != null || !ofGroup.isEmpty()) {
                GroupView group = known == null ? new GroupView(name) : known;
                group.has(ofGroup);
                next.put(name, group);
            }
        }
        groups = Collections.unmodifiableMap(next);
        vms = List.copyOf(named);
    }

    /** Each that has VMs here, or had. */
    public Collection<GroupView> groups() {
        return groups.values();
    }

    /** Null for one that never had VMs here. */
    @Nullable
    public GroupView group(String name) {
        return groups.get(name);
    }

    /** VMs that tell whether the site's database is there: those that keep the ledger in it, or all when none does. */
    public List<VmState> witnesses() {
        List<VmState> known = vms;
        List<VmState> keeping = known.stream().filter(vm -> vm.beat().library()).toList();
        return keeping.isEmpty() ? known : keeping;
    }

    /** Looks no longer at a VM that has left. */
    void forget(VmState vm) {
        vm.membership(Membership.FORGOTTEN);
        leaving = leaving.stream().filter(other -> other != vm).toList();
    }

    /** Requests that its VMs have. */
    public int inFlight() {
        return groups().stream()
                .mapToInt(group -> group.load().inFlight().get())
                .sum();
    }

    /** Requests that its VMs get at once. */
    public int limit() {
        return groups().stream().mapToInt(group -> group.load().limit().limit()).sum();
    }

    public SiteState state() {
        return state;
    }

    public void state(SiteState next) {
        state = next;
    }

    /** -1 when its process does not say. */
    public long lagMillis() {
        return lagMillis;
    }

    /** What its process says. */
    public void told(long lag, String why) {
        lagMillis = lag;
        reason = why;
    }

    public String reason() {
        return reason;
    }
}
