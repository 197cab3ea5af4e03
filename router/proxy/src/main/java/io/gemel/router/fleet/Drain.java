package io.gemel.router.fleet;

import io.gemel.router.api.Durability;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterPart;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.Fleet;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.decision.VmHealth;
import io.gemel.router.decision.VmState;
import io.gemel.router.http.RenewableClient;
import io.gemel.router.http.SiteClient;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Planned work: takes VMs out of service without an error, and puts them back. Its methods may be called on any thread. */
public final class Drain extends VerticleBase {
    /** Between two looks at whether a VM still has requests. */
    private static final long LOOK_MILLIS = 20;

    /** Longest wait for what is on its way to a VM before it is told to refuse more. */
    private static final long QUIET_MILLIS = 1000;

    /** Instead of a time: what a VM says of itself does not matter. */
    private static final long OWN_ONLY = -1;

    private static final int OK = 200;

    /** To one VM. */
    private static final int CONNECTIONS_MAX = 5;

    private static final int WAITING_MAX = 1000;

    private final Settings settings;
    private final Fleet fleet;
    private final PauseAwareClock awake;
    private RenewableClient http;
    private SiteClient sites;

    @SuppressWarnings("NullAway.Init") // start() makes the clients, on the event loop that uses them
    public Drain(Settings settings, Fleet fleet, PauseAwareClock awake) {
        this.settings = settings;
        this.fleet = fleet;
        this.awake = awake;
    }

    @Override
    public Future<?> start() {
        http = new RenewableClient(
                vertx, settings, config -> RenewableClient.Options.plain(config, CONNECTIONS_MAX, WAITING_MAX));
        sites = new SiteClient(vertx, settings);
        return Future.succeededFuture();
    }

    public Future<String> drain(RouterPart part, boolean force) {
        Promise<String> done = Promise.promise();
        context.runOnContext(unused -> drainHere(part, force).onComplete(done));
        return done.future();
    }

    public Future<String> undrain(RouterPart part) {
        Promise<String> done = Promise.promise();
        context.runOnContext(unused -> undrainHere(part).onComplete(done));
        return done.future();
    }

    private List<VmState> of(RouterPart part) {
        List<VmState> named = new ArrayList<>();
        for (VmState vm : fleet.vms()) {
            String name = switch (part.kind()) {
                case VM -> vm.name();
                case HOST -> vm.host();
                case SITE -> vm.site();
            };
            if (name.equals(part.name())) {
                named.add(vm);
            }
        }
        return named;
    }

    private static RouterException unknown(RouterPart part) {
        return new RouterException("this router knows no " + part.kind().word() + " " + part.name());
    }

    private Future<String> drainHere(RouterPart part, boolean force) {
        List<VmState> vms = of(part);
        if (vms.isEmpty()) {
            return Future.failedFuture(unknown(part));
        }
        String alone = leftAlone(vms);
        if (alone != null && !force) {
            boolean several = fleet.groups().size() > 1;
            return Future.failedFuture(new RouterException("no VM " + (several ? "of group " + alone + " " : "")
                    + "would remain that takes requests: undrain one first, or force it"));
        }
        vms.forEach(vm -> vm.drained(true));
        long since = awake.millis();
        long until = since + settings.now().times().drainTimeout().toMillis();
        // First let go what is on its way there, so that the VM need not refuse it.
        return awaitIdle(vms, OWN_ONLY, since + QUIET_MILLIS)
                .otherwiseEmpty()
                .compose(unused -> tellAll(vms, "/gemel/drain"))
                .compose(unused -> awaitIdle(vms, awake.millis(), until))
                .compose(unused ->
                        part.kind() == RouterPart.Kind.SITE ? handOver(part.name(), until) : Future.succeededFuture())
                .map(unused -> part.kind().word() + " " + part.name() + " is drained: " + vms.size()
                        + " VMs have no requests");
    }

    /** A group of which VMs take requests, and none would without these; null when there is none. */
    private @Nullable String leftAlone(List<VmState> drained) {
        Set<String> concerned = new TreeSet<>();
        drained.stream().filter(VmState::usable).forEach(vm -> concerned.add(vm.group()));
        for (VmState vm : fleet.vms()) {
            if (vm.usable() && !drained.contains(vm)) {
                concerned.remove(vm.group());
            }
        }
        return concerned.isEmpty() ? null : concerned.iterator().next();
    }

    private Future<?> tellAll(List<VmState> vms, String path) {
        List<Future<?>> told = new ArrayList<>();
        for (VmState vm : vms) {
            told.add(tell(vm, path).otherwiseEmpty());
        }
        return Future.join(told);
    }

    /** The other site knows everything that was committed there. */
    private Future<?> handOver(String site, long until) {
        long left = Math.max(1, until - awake.millis());
        return sites.durable(fleet.site(site).config(), Durability.APPLIED, left)
                .compose(answer -> answer.status() == OK
                        ? Future.succeededFuture()
                        : Future.failedFuture(
                                new RouterException("its VMs are drained, but the other site has not applied all of "
                                        + site + ": " + answer.reason())));
    }

    /**
     * Waits until they have no requests.
     *
     * @param since what they say of themselves counts when they were asked later than that
     */
    private Future<?> awaitIdle(List<VmState> vms, long since, long until) {
        Promise<Object> idle = Promise.promise();
        look(vms, since, until, idle);
        return idle.future();
    }

    private void look(List<VmState> vms, long since, long until, Promise<Object> idle) {
        List<String> busy = new ArrayList<>();
        for (VmState vm : vms) {
            // One that was taken out is not asked any more once it has nothing in hand.
            boolean answers = !vm.membership().left()
                    && (vm.verdict() == VmHealth.Verdict.ALIVE || vm.verdict() == VmHealth.Verdict.AVOID);
            if (vm.outstanding().inHand() > 0
                    || (since != OWN_ONLY
                            && answers
                            && (vm.beatSentMillis() <= since || vm.beat().inFlight() > 0))) {
                busy.add(vm.name());
            }
        }
        if (busy.isEmpty()) {
            idle.complete(vms);
        } else if (awake.millis() >= until) {
            idle.fail(new RouterException(
                    "still busy after drain.timeout: " + busy + "; they get no new requests: run it again"));
        } else {
            vertx.setTimer(LOOK_MILLIS, unused -> look(vms, since, until, idle));
        }
    }

    private Future<String> undrainHere(RouterPart part) {
        List<VmState> vms = of(part);
        if (vms.isEmpty()) {
            return Future.failedFuture(unknown(part));
        }
        List<Future<?>> told = new ArrayList<>();
        for (VmState vm : vms) {
            told.add(tell(vm, "/gemel/undrain").onComplete(unused -> {
                if (vm.drained()) {
                    vm.back(awake.millis());
                    vm.drained(false);
                }
            }));
        }
        return Future.join(told)
                .compose(
                        all -> Future.succeededFuture(part.kind().word() + " " + part.name() + " is back"),
                        why -> Future.succeededFuture(part.kind().word() + " " + part.name()
                                + " is back at this router; not every VM could be informed: "
                                + why.getMessage()));
    }

    /** So that other routers learn it from its heartbeats. A VM without the library does not know these paths. */
    private Future<?> tell(VmState vm, String path) {
        return http.get()
                .request(RenewableClient.to(vm.config().url())
                        .setMethod(HttpMethod.POST)
                        .setURI(path))
                .compose(request -> request.send())
                .compose(response -> response.end())
                .timeout(settings.now().times().verdictResubmit().toMillis(), TimeUnit.MILLISECONDS);
    }
}
