package io.gemel.router;

import io.gemel.router.RouterReport.SiteState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All VMs and sites, and whether they are served any longer. Its structure never changes; any thread may read it. */
final class Fleet implements Surroundings {
    private final List<SiteView> sites;
    private final Map<String, SiteView> sitesByName = new LinkedHashMap<>();
    private final Map<String, VmState> vmsByName = new LinkedHashMap<>();
    private volatile boolean leaving;

    /** The router's own site comes first. */
    Fleet(RouterConfig config) {
        List<SiteView> ordered = new ArrayList<>();
        for (RouterConfig.Site site : config.sites()) {
            List<VmState> vms = new ArrayList<>();
            for (RouterConfig.Vm vm : config.vms()) {
                if (vm.site().equals(site.name())) {
                    VmState state = new VmState(vm, config.limits().vmRequestsMax());
                    vms.add(state);
                    vmsByName.put(vm.name(), state);
                }
            }
            SiteView view = new SiteView(site, vms);
            sitesByName.put(view.name(), view);
            ordered.add(site.name().equals(config.site()) ? 0 : ordered.size(), view);
        }
        sites = List.copyOf(ordered);
    }

    List<SiteView> sites() {
        return sites;
    }

    Iterable<VmState> vms() {
        return vmsByName.values();
    }

    @Nullable
    SiteView findSite(String name) {
        return sitesByName.get(name);
    }

    SiteView site(String name) {
        SiteView found = sitesByName.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no site " + name);
        }
        return found;
    }

    @Nullable
    VmState findVm(String name) {
        return vmsByName.get(name);
    }

    /** How many requests VMs answer in a millisecond as long as they have what they have now in hand; 0 when that is not known. */
    double answersPerMilli() {
        double sum = 0;
        for (VmState vm : vms()) {
            if (vm.fit() && vm.works() && vm.latencyMillis() > 0) {
                sum += vm.inFlight() / vm.latencyMillis();
            }
        }
        return sum;
    }

    /** This router takes leave of its clients: it is not ready any more, and serves whoever has not noticed yet. */
    void leave() {
        leaving = true;
    }

    boolean isLeaving() {
        return leaving;
    }

    /** Why clients should be sent to another router; empty when they need not. */
    String reason() {
        if (leaving) {
            return "it was told to end, and serves on for stop.delay";
        }
        return anyUsable() ? "" : "no VM takes requests";
    }

    private boolean anyUsable() {
        for (SiteView site : sites) {
            if (site.state() != SiteState.DOWN && site.hasUsable()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Fate fateOf(Attempt attempt) {
        VmState vm = vmsByName.get(attempt.vm());
        if (vm == null || vm.deaths() > attempt.deathsBefore()) {
            return Fate.DIED;
        }
        return vm.beatSentMillis() > attempt.endedMillis() ? Fate.LIVES : Fate.OPEN;
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
