package io.gemel.router.decision;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterReport.SiteState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All VMs and sites, and whether they are still served. Sites are fixed; VMs are added and removed with the settings,
 * and one that stays keeps its state. Readable from any thread: lists and maps that it returns never change.
 */
public final class Fleet implements FleetView {
    /** VMs that were taken out and are remembered, since something may have been sent to them. */
    static final int REMOVED_MAX = 1000;

    private final List<SiteView> sites;
    private final Map<String, SiteView> sitesByName = new LinkedHashMap<>();
    private volatile Map<String, VmState> vmsByName = Map.of();
    private volatile Map<String, VmState> removed = Map.of();
    private volatile Set<String> groups = Set.of();
    private volatile boolean leaving;

    /** The router's own site comes first. */
    public Fleet(RouterConfig config) {
        List<SiteView> ordered = new ArrayList<>();
        for (RouterConfig.Site site : config.sites()) {
            SiteView view = new SiteView(site);
            sitesByName.put(view.name(), view);
            ordered.add(site.name().equals(config.site()) ? 0 : ordered.size(), view);
        }
        sites = List.copyOf(ordered);
        take(config, Membership.STARTED);
    }

    /** Goes by other settings from now on; their sites are the same. */
    public void take(RouterConfig next) {
        take(next, Membership.ADDED);
    }

    private synchronized void take(RouterConfig next, Membership ofNew) {
        Map<String, VmState> named = new LinkedHashMap<>();
        for (RouterConfig.Site site : next.sites()) {
            next.vms().stream()
                    .filter(vm -> vm.site().equals(site.name()))
                    .forEach(vm -> named.put(vm.name(), state(vm, next.limits().vmRequestsMax(), ofNew)));
        }
        rememberRemoved(vmsByName, named);
        groups = Collections.unmodifiableSet(next.groups());
        for (RouterConfig.Site site : next.sites()) {
            change(site(site.name().name()), site, named, groups);
        }
        vmsByName = Collections.unmodifiableMap(named);
    }

    /** The VM that is one of those who were named before, or who leave; else a new one. */
    private VmState state(RouterConfig.Vm vm, int requestsMax, Membership ofNew) {
        VmState before = vmsByName.get(vm.name());
        if (before == null || !before.is(vm)) {
            before = site(vm.site().name()).leaving().stream()
                    .filter(each -> each.is(vm))
                    .findFirst()
                    .orElse(null);
        }
        if (before != null) {
            before.changes(vm, requestsMax);
            before.membership(before.membership().left() ? ofNew : before.membership());
            return before;
        }
        VmState named = vmsByName.get(vm.name());
        VmState earlier = named == null ? removed.get(vm.name()) : named;
        return new VmState(vm, requestsMax, ofNew, earlier == null ? 0 : earlier.deaths());
    }

    private void rememberRemoved(Map<String, VmState> before, Map<String, VmState> named) {
        Map<String, VmState> remembered = new LinkedHashMap<>(removed);
        before.forEach((name, vm) -> {
            if (named.get(name) != vm) {
                remembered.remove(name); // the last one comes last
                remembered.put(name, vm);
            }
        });
        while (remembered.size() > REMOVED_MAX) {
            remembered.remove(remembered.keySet().iterator().next());
        }
        removed = Collections.unmodifiableMap(remembered);
    }

    private static void change(SiteView view, RouterConfig.Site site, Map<String, VmState> named, Set<String> groups) {
        Set<VmState> leave = new LinkedHashSet<>(view.leaving());
        leave.addAll(view.vms());
        leave.removeAll(named.values());
        for (VmState vm : leave) {
            vm.membership(named.containsKey(vm.name()) ? Membership.REPLACED : Membership.REMOVED);
        }
        List<VmState> ofSite = named.values().stream()
                .filter(vm -> vm.site().equals(view.name()))
                .toList();
        view.changes(site, ofSite, leave, groups);
    }

    /** Looks no longer at a VM that has left and has nothing in hand; false when it is named again. */
    public synchronized boolean forget(VmState vm) {
        if (!vm.membership().left()) {
            return false;
        }
        site(vm.site()).forget(vm);
        return true;
    }

    public List<SiteView> sites() {
        return sites;
    }

    /** Those that are named now. */
    public Iterable<VmState> vms() {
        return vmsByName.values();
    }

    @Nullable
    public SiteView findSite(String name) {
        return sitesByName.get(name);
    }

    public SiteView site(String name) {
        SiteView found = sitesByName.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no site " + name);
        }
        return found;
    }

    @Nullable
    public VmState findVm(String name) {
        return vmsByName.get(name);
    }

    /** How many requests a group's VMs answer in a millisecond as long as they have what they have now in hand; 0 when that is not known. */
    double answersPerMilli(String group) {
        double sum = 0;
        for (VmState vm : vms()) {
            if (vm.serves(group) && vm.config().weight() > 0 && vm.fit() && vm.works() && vm.latencyMillis() > 0) {
                sum += vm.outstanding().inFlight() / vm.latencyMillis();
            }
        }
        return sum;
    }

    /** This router takes leave of its clients: it is not ready any more, and serves whoever has not noticed yet. */
    public void leave() {
        leaving = true;
    }

    public boolean isLeaving() {
        return leaving;
    }

    /** Why clients should be sent to another router; empty when they need not. */
    public String reason() {
        if (leaving) {
            return "it is shutting down, and continues to serve for stop.delay";
        }
        return sites.stream().flatMap(site -> site.groups().stream()).anyMatch(group -> isServed(group.name()))
                ? ""
                : "no VM takes requests";
    }

    /** Every group that VMs have now, or may get. */
    public Set<String> groups() {
        return groups;
    }

    /** Whether a VM takes requests of a group. */
    public boolean isServed(String name) {
        for (SiteView site : sites) {
            GroupView group = site.group(name);
            if (group != null && site.state() != SiteState.DOWN && group.hasUsable()) {
                return true;
            }
        }
        return false;
    }

    /** A VM that was taken out and did not die before it was forgotten speaks against nobody. */
    @Override
    public VmFate fateOf(Attempt attempt) {
        VmState vm = vmsByName.get(attempt.vm());
        if (vm == null) {
            vm = removed.get(attempt.vm());
        }
        if (vm == null) {
            return VmFate.LIVES;
        }
        if (vm.deaths() > attempt.deathsBefore()) {
            return VmFate.DIED;
        }
        boolean gone = vm.membership() == Membership.FORGOTTEN;
        return gone || vm.beatSentMillis() > attempt.endedMillis() ? VmFate.LIVES : VmFate.OPEN;
    }

    @Override
    public String ownSite() {
        return sites.get(0).name();
    }

    @Override
    public SiteState stateOf(String site) {
        return site(site).state();
    }
}
