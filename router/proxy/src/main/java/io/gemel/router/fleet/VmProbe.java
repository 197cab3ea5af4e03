package io.gemel.router.fleet;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterTimes;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.Beat;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.decision.VmHealth;
import io.gemel.router.decision.VmHealth.Verdict;
import io.gemel.router.decision.VmState;
import io.gemel.router.http.RenewableClient;
import io.gemel.router.http.SiteClient;
import io.gemel.router.http.TlsOptions;
import io.gemel.router.report.VmReport;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends heartbeats to one VM and writes down what the router thinks of it. Confined to the watching event loop. */
final class VmProbe {
    private static final Logger LOG = LoggerFactory.getLogger(VmProbe.class);

    /** Between two heartbeats to the same VM, whatever goes wrong. */
    private static final long PAUSE_LEAST_MILLIS = 10;

    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final VmState vm;
    private final VmHealth health;
    private final PauseAwareClock awake;
    private final Settings settings;
    private final boolean near;
    private final RenewableClient http;
    private final NetClient connections;
    private final BooleanSupplier mayDie;
    private final Runnable onDeath;
    private long nextMillis;
    private int asked;
    private boolean asking;
    private boolean probed;
    private RouterConfig seen;
    private int weight;

    /**
     * A watch that has heard nothing yet.
     *
     * @param near whether it is of the router's own site
     * @param http asks for heartbeats
     * @param connections tries whether it takes connections
     * @param mayDie whether silence may be a death now
     * @param onDeath called each time it is found dead that lived
     */
    VmProbe(
            VmState vm,
            Settings settings,
            boolean near,
            PauseAwareClock awake,
            RenewableClient http,
            NetClient connections,
            BooleanSupplier mayDie,
            Runnable onDeath) {
        this.vm = vm;
        this.settings = settings;
        this.near = near;
        this.awake = awake;
        this.http = http;
        this.connections = connections;
        this.mayDie = mayDie;
        this.onDeath = onDeath;
        seen = settings.now();
        weight = vm.config().weight();
        RouterTimes times = seen.times();
        health = new VmHealth(
                times.verdictAvoid().toMillis(), times.verdictResubmit().toMillis(), isApart());
    }

    private RouterTimes times() {
        return settings.now().times();
    }

    private boolean isApart() {
        return vm.config().heartbeatUrl() != null;
    }

    private RequestOptions server() {
        return RenewableClient.to(Objects.requireNonNullElse(
                vm.config().heartbeatUrl(), vm.config().url()));
    }

    VmState vm() {
        return vm;
    }

    /** Since when it has not answered, or has not had its database; -1 while it works. */
    long goneSinceMillis() {
        return health.silentSince();
    }

    /** Whether nothing but silence tells that it is dead. */
    boolean diedOfSilence() {
        return health.diedOfSilence();
    }

    /** A VM of its host died. */
    void suspect() {
        health.suspect();
        nextMillis = 0;
        write();
    }

    void tick() {
        long now = awake.millis();
        follow(now);
        if (!health.isSilent(now)) {
            probed = false;
        } else if (!probed) {
            probed = true;
            probe();
        }
        health.tick(now, mayDie.getAsBoolean());
        if (vm.breaker().tick(now)) {
            LOG.warn("VM {} gets requests only when there is no other: {}", vm.name(), VmReport.reason(vm));
        }
        if (vm.takeSuspicion()) {
            health.suspect();
            nextMillis = Math.min(nextMillis, now);
        }
        if (!asking && now >= nextMillis) {
            ask(now);
        }
        write();
    }

    private void follow(long now) {
        if (settings.areStill(seen)) {
            return;
        }
        seen = settings.now();
        RouterTimes times = seen.times();
        health.judgeBy(times.verdictAvoid().toMillis(), times.verdictResubmit().toMillis(), isApart());
        nextMillis = Math.min(nextMillis, now); // the interval or the address may be another one
        if (weight == 0 && vm.config().weight() > 0) {
            vm.back(now);
        }
        weight = vm.config().weight();
    }

    /** A process whose threads are all busy takes connections; a machine that is gone does not. */
    private void probe() {
        RequestOptions to = server();
        Duration limit = times().verdictResubmit().minus(times().verdictAvoid());
        ConnectOptions options = new ConnectOptions()
                .setHost(to.getHost())
                .setPort(to.getPort())
                .setTimeout((int) Math.max(1, limit.toMillis()));
        connections.connect(options).onSuccess(socket -> {
            health.connected();
            socket.close();
        });
    }

    private void ask(long now) {
        asking = true;
        int number = ++asked;
        RouterTimes times = times();
        long timeoutMillis = times.verdictResubmit().toMillis();
        nextMillis = now + (near ? times.heartbeatInterval() : times.heartbeatIntervalRemote()).toMillis();
        health.asked(now);
        RequestOptions options =
                server().setMethod(HttpMethod.GET).setURI("/gemel/heartbeat").setConnectTimeout(timeoutMillis);
        http.get()
                .request(options)
                .compose(request -> request.send()
                        .compose(response -> response.body().map(body -> beat(response.statusCode(), body)))
                        .timeout(timeoutMillis, TimeUnit.MILLISECONDS)
                        .onFailure(why -> request.reset().onComplete(done -> {})))
                .onComplete(beat -> heard(number, beat, now), why -> failed(number, why));
    }

    private static Beat beat(int status, Buffer body) {
        SiteClient.Answer answer = SiteClient.answer(status, body);
        String vm = answer.text("vm", "");
        boolean told = !vm.isEmpty() && (status == OK || status == UNAVAILABLE);
        if (!told) {
            return Beat.PLAIN;
        }
        return new Beat(
                true,
                answer.flag("draining", false),
                answer.flag("open", true),
                status == OK && answer.number("databaseMs", 0) >= 0,
                (int) answer.number("inFlight", 0),
                answer.texts("submissions"),
                (int) answer.number("capacity", 0),
                answer.text("problem", ""),
                vm,
                answer.text("site", ""));
    }

    private void heard(int number, Beat beat, long sentMillis) {
        if (number != asked) {
            return;
        }
        asking = false;
        long now = awake.millis();
        health.heard();
        vm.heard(beat, sentMillis, now);
        write();
    }

    private void failed(int number, Throwable why) {
        if (number != asked) {
            return;
        }
        asking = false;
        long now = awake.millis();
        vm.unheard(
                why instanceof TimeoutException
                        ? ""
                        : TlsOptions.why(why, settings.now().backendTls()));
        if (why instanceof ConnectException) {
            health.refused();
        } else if (!(why instanceof TimeoutException)) {
            health.cut();
            if (health.verdict() != Verdict.DEAD) {
                nextMillis = now + PAUSE_LEAST_MILLIS;
            }
        }
        write();
    }

    private void write() {
        Verdict before = vm.verdict();
        Verdict next = health.verdict();
        if (before == next) {
            return;
        }
        // A process that was taken out before it is stopped has no work whose fate its end could tell. One that was
        // silent may have had some.
        boolean idle = vm.outstanding().inHand() == 0 && !vm.outstanding().hasWork();
        boolean expected = vm.membership().left() && idle && before != Verdict.SILENT;
        vm.judged(next, awake.millis());
        if (expected) {
            LOG.debug("VM {}, which was removed: {} after {}", vm.name(), next, before);
        } else if (next == Verdict.DEAD) {
            LOG.warn("VM {} is dead: {}", vm.name(), VmReport.reason(vm));
            if (before != Verdict.UNKNOWN) {
                onDeath.run();
            }
        } else if (next == Verdict.SILENT) {
            LOG.warn("VM {} is silent: {}", vm.name(), VmReport.reason(vm));
        } else if (next == Verdict.ALIVE && before != Verdict.AVOID) {
            LOG.info("VM {} answers", vm.name());
        } else {
            LOG.debug("VM {}: {} after {}", vm.name(), next, before);
        }
    }
}
