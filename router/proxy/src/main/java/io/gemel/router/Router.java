package io.gemel.router;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterPart;
import io.gemel.router.api.RouterPart.Kind;
import io.gemel.router.api.RouterReport;
import io.gemel.router.api.RouterSource;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.Fleet;
import io.gemel.router.decision.Groups;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.decision.RecentKeys;
import io.gemel.router.fleet.Discovery;
import io.gemel.router.fleet.Drain;
import io.gemel.router.fleet.FoundVms;
import io.gemel.router.fleet.HealthMonitor;
import io.gemel.router.fleet.Registrar;
import io.gemel.router.http.StrictHttp;
import io.gemel.router.report.RouterCounters;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction router: takes clients' requests and sends each to one VM of the application, and to another one when
 * that one dies; its effect happens once. The ledgers in the databases record what has happened; the router only knows
 * which VM to ask.
 *
 * <p>Use it once: {@link #start}, then {@link #close}. Everything else may be called from any thread while it runs.
 */
public final class Router implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);

    /** How long a name's address is believed. */
    private static final int NAME_SECONDS = 5;

    private final Settings settings;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Fleet fleet;
    private final RouterCounters counters = new RouterCounters();
    private final PauseAwareClock awake = new PauseAwareClock(System.nanoTime());
    private final RecentKeys keys = new RecentKeys(RecentKeys.KEYS_MAX);
    private volatile int port;
    private volatile @Nullable String workers;
    private final Groups groups;
    private final Vertx vertx;
    private final HealthMonitor watch;
    private final Drain drain;
    private final AdminServer admin;
    private final Reload reload;
    private final FoundVms found = new FoundVms();
    private final Discovery discovery;
    private final List<Worker> serving = new CopyOnWriteArrayList<>();

    /** Uses one configuration for its lifetime. */
    public Router(RouterConfig config, InstantSource clock, RandomGenerator random) {
        this(config, () -> config, clock, random);
    }

    /**
     * Opens nothing yet.
     *
     * @param config the initial configuration
     * @param source the configuration after each {@link #reload}
     * @param clock wall clock: numbers attempts and sets deadlines for VMs
     * @param random must be secure, because keys are made from it, and thread-safe
     */
    public Router(RouterConfig config, RouterSource source, InstantSource clock, RandomGenerator random) {
        settings = new Settings(config);
        this.clock = clock;
        this.random = random;
        fleet = new Fleet(config);
        groups = new Groups(fleet, settings, awake);
        // One loop for each serving thread; others watch, drain, answer operators, and find VMs.
        vertx = Vertx.vertx(new VertxOptions()
                .setPreferNativeTransport(true)
                .setDisableTCCL(true)
                .setEventLoopPoolSize(config.limits().threads() + 4)
                .setAddressResolverOptions(names()));
        watch = new HealthMonitor(settings, fleet, awake, System::nanoTime, counters.latencies);
        drain = new Drain(settings, fleet, awake);
        reload = new Reload(settings, fleet, counters, clock, source, found, this::show);
        discovery = new Discovery(settings, found, awake, reload::follow);
        Registrar registrar = new Registrar(vertx, settings, fleet, found, awake, reload::follow);
        admin = new AdminServer(
                settings, this::report, drain, this::undo, this::siteDown, this::reloadNow, keys, awake, registrar);
    }

    /** How names of VMs and sites become addresses: what DNS or the file of hosts has said is believed for a few seconds, whatever it says. */
    static AddressResolverOptions names() {
        return new AddressResolverOptions()
                .setCacheMaxTimeToLive(NAME_SECONDS)
                .setHostsRefreshPeriod(NAME_SECONDS)
                .setHostsRefreshPeriodUnit(TimeUnit.SECONDS);
    }

    /**
     * Starts all parts of a router, in order. Returns when clients are served; VMs may not have answered a heartbeat
     * yet.
     *
     * @throws RouterException when it cannot listen at a configured address
     */
    public void start() throws RouterException {
        await(vertx.deployVerticle(discovery)); // DNS -> fleet
        synchronized (reload) { // what is read meanwhile is taken when all parts are there
            await(vertx.deployVerticle(watch)); // VMs and sites -> fleet
            await(vertx.deployVerticle(drain)); // operators -> VMs
            await(vertx.deployVerticle(admin)); // operators -> figures, drain
            RouterConfig config = settings.now();
            int listen =
                    config.listen().port() == 0 ? freePort() : config.listen().port();
            workers = await(vertx.deployVerticle( // clients -> rules, choice -> VMs
                    () -> worker(listen),
                    new DeploymentOptions().setInstances(config.limits().threads())));
            port = listen;
        }
    }

    private Worker worker(int listen) {
        Worker worker = new Worker(settings, fleet, counters, awake, clock, random, keys, groups, listen);
        serving.add(worker);
        return worker;
    }

    /** All event loops listen at one port, so that it must be known before the first one does. */
    private static int freePort() throws RouterException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new RouterException("no free port to listen on", e);
        }
    }

    private <T> T await(Future<T> step) throws RouterException {
        try {
            return step.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            close();
            throw new RouterException("router " + name() + " cannot start: " + e.getCause(), e);
        }
    }

    private String name() {
        return settings.now().name();
    }

    /**
     * Reloads the settings: all of them, or none if something is invalid or cannot change while the router runs.
     * Requests in flight are not affected. The result is in the report, too.
     *
     * @return description of the changes; fails with a {@link RouterException} that says what to fix
     */
    public CompletionStage<String> reload() {
        return reloadNow().toCompletionStage();
    }

    private Future<String> reloadNow() {
        return vertx.executeBlocking(reload::run, true);
    }

    /** Workers share what they listen with, so that one of them speaks for all. */
    private Future<?> show(RouterConfig config) {
        return serving.isEmpty() ? Future.succeededFuture() : serving.get(0).show(StrictHttp.certificate(config));
    }

    /** Port for clients; 0 before it listens. */
    public int port() {
        return port;
    }

    /** Port for operators; 0 before it listens. */
    public int adminPort() {
        return admin.port();
    }

    /** All current metrics. Quick; any thread. */
    public RouterReport report() {
        return ReportMaker.report(settings.now(), fleet, groups, found, counters, reload.last());
    }

    /**
     * Lets VMs take no new requests and waits until they have none.
     *
     * @param force drains them even if no VM remains that takes requests
     * @return description of the result; fails with a {@link RouterException} that says why not
     */
    public CompletionStage<String> drain(RouterPart part, boolean force) {
        return drain.drain(part, force).toCompletionStage();
    }

    /** Reverts {@link #drain}, and an operator's verdict on a site. */
    public CompletionStage<String> undrain(RouterPart part) {
        return undo(part).toCompletionStage();
    }

    private Future<String> undo(RouterPart part) {
        if (part.kind() == Kind.SITE) {
            watch.operatorSays(part.name(), false);
        }
        return drain.undrain(part);
    }

    /**
     * An operator's verdict: the site is lost, and its requests in flight fail over. Holds until {@link #undrain}.
     *
     * @return false when there is no such site
     */
    public boolean siteDown(String site) {
        if (fleet.findSite(site) == null) {
            return false;
        }
        watch.operatorSays(site, true);
        return true;
    }

    /**
     * Makes the router not ready and closes each connection with its answer, so that load balancers send clients
     * elsewhere. Call it before {@link #close}.
     *
     * @return how long to continue to serve
     */
    public Duration leave() {
        Duration delay = settings.now().times().stopDelay();
        LOG.info("router {} is shutting down: it continues to serve for {}, and is no longer ready", name(), delay);
        fleet.leave();
        return delay;
    }

    /** Stops listening, waits a short time for requests in flight, and releases all resources. */
    @Override
    public void close() {
        String serving = workers;
        workers = null;
        try {
            if (serving != null) {
                // What is in hand still needs heartbeats and verdicts.
                vertx.undeploy(serving)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
            }
            vertx.close().toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw new IllegalStateException("router " + name() + " does not close", e);
        }
    }
}
