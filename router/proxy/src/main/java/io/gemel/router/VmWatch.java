package io.gemel.router;

import io.gemel.router.VmHealth.Verdict;
import io.gemel.router.VmState.Beat;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.net.ConnectException;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends heartbeats to one VM and writes down what the router thinks of it. Confined to the watching event loop. */
final class VmWatch {
    private static final Logger LOG = LoggerFactory.getLogger(VmWatch.class);

    /** Between two heartbeats to the same VM, whatever goes wrong. */
    private static final long PAUSE_LEAST_MILLIS = 10;

    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final VmState vm;
    private final VmHealth health;
    private final AwakeClock awake;
    private final HttpClient http;
    private final NetClient connections;
    private final URI url;
    private final long intervalMillis;
    private final long timeoutMillis;
    private final BooleanSupplier mayDie;
    private final Runnable onDeath;
    private long nextMillis;
    private int asked;
    private boolean asking;
    private boolean probed;

    /**
     * @param intervalMillis between two heartbeats
     * @param mayDie whether silence may be a death now
     * @param onDeath called each time it is found dead that lived
     */
    VmWatch(
            Vertx vertx,
            VmState vm,
            RouterConfig config,
            long intervalMillis,
            AwakeClock awake,
            BooleanSupplier mayDie,
            Runnable onDeath) {
        RouterTimes times = config.times();
        this.vm = vm;
        this.awake = awake;
        this.intervalMillis = intervalMillis;
        this.mayDie = mayDie;
        this.onDeath = onDeath;
        long avoidMillis = times.verdictAvoid().toMillis();
        timeoutMillis = times.verdictResubmit().toMillis();
        url = Objects.requireNonNullElse(vm.config().heartbeatUrl(), vm.config().url());
        health = new VmHealth(avoidMillis, timeoutMillis, vm.config().heartbeatUrl() != null);
        connections = vertx.createNetClient(
                new NetClientOptions().setConnectTimeout((int) Math.max(1, timeoutMillis - avoidMillis)));
        http = vertx.createHttpClient(
                Trust.options(config).setConnectTimeout((int) timeoutMillis), new PoolOptions().setHttp1MaxSize(2));
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
        if (!health.isSilent(now)) {
            probed = false;
        } else if (!probed) {
            probed = true;
            probe();
        }
        health.tick(now, mayDie.getAsBoolean());
        vm.tick(now);
        if (vm.takeSuspicion()) {
            health.suspect();
            nextMillis = Math.min(nextMillis, now);
        }
        if (!asking && now >= nextMillis) {
            ask(now);
        }
        write();
    }

    /** A process whose threads are all busy takes connections; a machine that is gone does not. */
    private void probe() {
        RequestOptions to = VmClient.to(url);
        connections.connect(to.getPort(), to.getHost()).onSuccess(socket -> {
            health.connected();
            socket.close();
        });
    }

    private void ask(long now) {
        asking = true;
        int number = ++asked;
        nextMillis = now + intervalMillis;
        health.asked(now);
        RequestOptions options = VmClient.to(url)
                .setMethod(HttpMethod.GET)
                .setURI("/gemel/heartbeat")
                .setConnectTimeout(timeoutMillis);
        http.request(options)
                .compose(request -> request.send()
                        .compose(response -> response.body().map(body -> beat(response.statusCode(), body)))
                        .timeout(timeoutMillis, TimeUnit.MILLISECONDS)
                        .onFailure(why -> request.reset().onComplete(done -> {})))
                .onComplete(beat -> heard(number, beat, now), why -> failed(number, why));
    }

    private static Beat beat(int status, Buffer body) {
        SiteClient.Answer answer = SiteClient.answer(status, body);
        boolean told = !answer.text("vm", "").isEmpty() && (status == OK || status == UNAVAILABLE);
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
                (int) answer.number("capacity", 0));
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
        vm.unheard(why instanceof TimeoutException ? "" : Trust.why(why));
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
        vm.judged(next, awake.millis());
        if (next == Verdict.DEAD) {
            LOG.warn("VM {} is dead: {}", vm.name(), ReportMaker.reason(vm));
            if (before != Verdict.UNKNOWN) {
                onDeath.run();
            }
        } else if (next == Verdict.SILENT) {
            LOG.warn("VM {} is silent: {}", vm.name(), ReportMaker.reason(vm));
        } else if (next == Verdict.ALIVE && before != Verdict.AVOID) {
            LOG.info("VM {} answers", vm.name());
        } else {
            LOG.debug("VM {}: {} after {}", vm.name(), next, before);
        }
    }
}
