package io.gemel.router;

import io.gemel.router.RouterReport.SiteState;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches VMs and sites on an event loop of its own, and writes what it finds into the fleet. It also moves the router's own time. */
final class Watch extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

    static final long TICK_MILLIS = 10;

    /** Two VMs of one host that die within this time died with the host. */
    private static final long HOST_MILLIS = 1000;

    /** Longest wait for a site's process to end a dead VM's sessions. */
    private static final long TERMINATE_MILLIS = 2000;

    private final RouterConfig config;
    private final Fleet fleet;
    private final AwakeClock awake;
    private final LongSupplier nanos;
    private final LatencyWindow latencies;
    private final List<VmWatch> vms = new ArrayList<>();
    private final List<SiteWatch> sites = new ArrayList<>();
    private final Map<String, Long> hostDeaths = new HashMap<>();
    private SiteClient client;
    private Fencing fencing;

    /** @param nanos a clock that never steps, nanoseconds */
    @SuppressWarnings("NullAway.Init") // start() makes what belongs to the event loop that runs it
    Watch(RouterConfig config, Fleet fleet, AwakeClock awake, LongSupplier nanos, LatencyWindow latencies) {
        this.config = config;
        this.fleet = fleet;
        this.awake = awake;
        this.nanos = nanos;
        this.latencies = latencies;
    }

    @Override
    public Future<?> start() {
        client = new SiteClient(vertx, config);
        fencing = new Fencing(client, awake);
        for (SiteView site : fleet.sites()) {
            List<VmWatch> ofSite = new ArrayList<>();
            boolean near = site.name().equals(config.site().name());
            long interval =
                    (near ? config.times().heartbeatInterval() : config.times().heartbeatIntervalRemote()).toMillis();
            for (VmState vm : site.vms()) {
                ofSite.add(
                        new VmWatch(vertx, vm, config, interval, awake, () -> othersLive(site), () -> died(site, vm)));
            }
            vms.addAll(ofSite);
            List<SiteView> others =
                    fleet.sites().stream().filter(other -> other != site).toList();
            sites.add(new SiteWatch(
                    site, ofSite, client, config.times(), awake, new Crossing(site, others, client, fencing)));
        }
        vertx.setPeriodic(1, TICK_MILLIS, unused -> tick());
        return Future.succeededFuture();
    }

    private void tick() {
        awake.tick(nanos.getAsLong());
        vms.forEach(VmWatch::tick);
        sites.forEach(SiteWatch::tick);
        latencies.tick(awake.millis());
    }

    /**
     * Whether silence of this site's VMs may be their death: not while it is all that is known of another site, for then it is more likely that
     * the router hears badly. Of a site that is stranded or down its process, its database or an operator has told more.
     */
    private boolean othersLive(SiteView site) {
        return fleet.sites().stream()
                .filter(other -> other != site && !other.vms().isEmpty())
                .filter(other -> other.state() == SiteState.UP || other.state() == SiteState.PENDING)
                .noneMatch(other -> vms.stream()
                        .filter(watch -> watch.vm().site().equals(other.name()))
                        .allMatch(VmWatch::diedOfSilence));
    }

    /** Its sessions must not hold locks against whoever takes its work up. */
    private void died(SiteView site, VmState vm) {
        fencing.fence(site, vm, TERMINATE_MILLIS)
                .onFailure(why -> LOG.warn("the sessions of VM {} stay: {}", vm.name(), Trust.why(why)));
        long now = awake.millis();
        Long before = hostDeaths.put(vm.host(), now);
        if (before != null && now - before <= HOST_MILLIS) {
            for (VmWatch other : vms) {
                if (other.vm() != vm && other.vm().host().equals(vm.host())) {
                    other.suspect();
                }
            }
        }
    }

    /** An operator's word on a site; call on any thread. */
    void operatorSays(String site, boolean down) {
        context.runOnContext(unused -> {
            for (SiteWatch watch : sites) {
                if (watch.site().name().equals(site)) {
                    watch.operatorSays(down);
                }
            }
        });
    }
}
