package io.gemel.router.fleet;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterReport.SiteState;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.Fleet;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.decision.SiteView;
import io.gemel.router.decision.VmHealth;
import io.gemel.router.decision.VmState;
import io.gemel.router.http.RenewableClient;
import io.gemel.router.http.SiteClient;
import io.gemel.router.http.TlsOptions;
import io.gemel.router.report.LatencyWindow;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.net.NetClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Monitors VMs and sites on a dedicated event loop, and writes the results to the fleet. It also advances the router's
 * own time.
 */
public final class HealthMonitor extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(HealthMonitor.class);

    public static final long TICK_MILLIS = 10;

    /** Two VMs of one host that die within this time died with the host. */
    private static final long HOST_MILLIS = 1000;

    /** Longest wait for a site's process to end a dead VM's sessions. */
    private static final long TERMINATE_MILLIS = 2000;

    /** Instead of a number: as many as there are. */
    private static final int ANY = -1;

    /** A VM that was taken out is watched for at least so long: somebody may have chosen it just before. */
    private static final long LEAVE_MILLIS = 1000;

    /** And for this long at most because of sessions that nobody ends, or of work that it does not tell about. */
    private static final long LEAVE_MAX_MILLIS = 600_000;

    /** Heartbeats to one VM at once: one that is late, and the next. */
    private static final int HEARTBEATS_MAX = 2;

    private final Settings settings;
    private final Fleet fleet;
    private final PauseAwareClock awake;
    private final LongSupplier nanos;
    private final LatencyWindow latencies;
    private final Map<VmState, VmProbe> vms = new LinkedHashMap<>();
    private final Map<VmState, Long> leftMillis = new HashMap<>();
    private final List<SiteProbe> sites = new ArrayList<>();
    private final GroupWatch groups;
    private final Map<String, Long> hostDeaths = new HashMap<>();
    private @Nullable RouterConfig seen;
    private RenewableClient heartbeats;
    private NetClient connections;
    private Fencing fencing;

    /** @param nanos a clock that never steps, nanoseconds */
    @SuppressWarnings("NullAway.Init") // start() makes what belongs to the event loop that runs it
    public HealthMonitor(
            Settings settings, Fleet fleet, PauseAwareClock awake, LongSupplier nanos, LatencyWindow latencies) {
        this.settings = settings;
        this.fleet = fleet;
        this.awake = awake;
        this.nanos = nanos;
        this.latencies = latencies;
        groups = new GroupWatch(fleet);
    }

    @Override
    public Future<?> start() {
        SiteClient client = new SiteClient(vertx, settings);
        heartbeats = new RenewableClient(
                vertx, settings, config -> RenewableClient.Options.plain(config, HEARTBEATS_MAX, ANY));
        connections = vertx.createNetClient();
        fencing = new Fencing(client, awake);
        for (SiteView site : fleet.sites()) {
            List<SiteView> others =
                    fleet.sites().stream().filter(other -> other != site).toList();
            sites.add(new SiteProbe(
                    site, client, settings, awake, group -> new SiteFailover(site, group, others, client, fencing)));
        }
        vertx.setPeriodic(1, TICK_MILLIS, unused -> tick());
        return Future.succeededFuture();
    }

    private void tick() {
        awake.tick(nanos.getAsLong());
        if (!settings.areStill(seen)) {
            RouterConfig now = settings.now();
            seen = now;
            follow(now);
        }
        vms.values().forEach(VmProbe::tick);
        sites.forEach(SiteProbe::tick);
        groups.tick();
        if (!leftMillis.isEmpty()) {
            forgetIdle();
        }
        latencies.tick(awake.millis());
    }

    /** Watches the VMs that are named now, and those that leave. */
    private void follow(RouterConfig now) {
        for (SiteProbe each : sites) {
            SiteView site = each.site();
            boolean near = site.name().equals(now.site().name());
            List<VmProbe> named = new ArrayList<>();
            for (VmState vm : site.vms()) {
                named.add(vms.computeIfAbsent(vm, unused -> watch(site, vm, near)));
                leftMillis.remove(vm);
            }
            each.watches(named);
            for (VmState vm : site.leaving()) {
                vms.computeIfAbsent(vm, unused -> watch(site, vm, near));
                leftMillis.putIfAbsent(vm, awake.millis());
            }
        }
        hostDeaths.values().removeIf(died -> awake.millis() - died > HOST_MILLIS);
    }

    private VmProbe watch(SiteView site, VmState vm, boolean near) {
        return new VmProbe(
                vm, settings, near, awake, heartbeats, connections, () -> othersLive(site), () -> died(site, vm));
    }

    /** VMs that were taken out are looked at until nothing of theirs can be committed any more: none of their sessions is left if they died. */
    private void forgetIdle() {
        long now = awake.millis();
        for (Map.Entry<VmState, Long> each : List.copyOf(leftMillis.entrySet())) {
            VmState vm = each.getKey();
            long since = now - each.getValue();
            boolean over = !vm.mayCommit() && !(vm.verdict() == VmHealth.Verdict.DEAD && fencing.isOpen(vm));
            boolean told = over || since >= LEAVE_MAX_MILLIS;
            if (since >= LEAVE_MILLIS && vm.outstanding().inHand() == 0 && told && fleet.forget(vm)) {
                vms.remove(vm);
                leftMillis.remove(vm);
                fencing.forget(vm);
                LOG.info("VM {} is removed: it has no requests in flight", vm.name());
            }
        }
    }

    /**
     * Whether silence of this site's VMs may be their death: not while it is all that is known of another site, for then it is more likely that
     * the router hears badly. Of a site that is stranded or down its process, its database or an operator has told more.
     */
    private boolean othersLive(SiteView site) {
        return fleet.sites().stream()
                .filter(other -> other != site && !other.vms().isEmpty())
                .filter(other -> other.state() == SiteState.UP || other.state() == SiteState.PENDING)
                .noneMatch(other -> other.vms().stream().allMatch(this::diedOfSilence));
    }

    private boolean diedOfSilence(VmState vm) {
        VmProbe watch = vms.get(vm);
        return watch != null && watch.diedOfSilence();
    }

    /** Its sessions must not hold locks against whoever takes its work up. */
    private void died(SiteView site, VmState vm) {
        fencing.fence(site, vm, TERMINATE_MILLIS)
                .onFailure(why -> LOG.warn(
                        "the sessions of VM {} remain: {}",
                        vm.name(),
                        TlsOptions.why(why, settings.now().backendTls())));
        long now = awake.millis();
        Long before = hostDeaths.put(vm.host(), now);
        if (before != null && now - before <= HOST_MILLIS) {
            for (VmProbe other : vms.values()) {
                if (other.vm() != vm && other.vm().host().equals(vm.host())) {
                    other.suspect();
                }
            }
        }
    }

    /** An operator's word on a site; call on any thread. */
    public void operatorSays(String site, boolean down) {
        context.runOnContext(unused -> {
            for (SiteProbe watch : sites) {
                if (watch.site().name().equals(site)) {
                    watch.operatorSays(down);
                }
            }
        });
    }
}
