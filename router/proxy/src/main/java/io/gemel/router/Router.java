package io.gemel.router;

import io.gemel.router.RouterPart.Kind;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction router: takes clients' requests and sends each to one VM of the application, and to another one when that one dies,
 * once and never twice. The ledgers in the databases decide what has happened; the router only knows whom to ask.
 *
 * <p>Use it once: {@link #start}, then {@link #close}. Everything else may be called from any thread while it runs.
 */
public final class Router implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);

    /** How long a name's address is believed. */
    private static final int NAME_SECONDS = 5;

    private final RouterConfig config;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Fleet fleet;
    private final Figures figures = new Figures();
    private final AwakeClock awake = new AwakeClock(System.nanoTime());
    private final KeyMemory keys = new KeyMemory(KeyMemory.KEYS_MAX);
    private volatile int port;
    private volatile @Nullable String workers;
    private final Vertx vertx;
    private final Watch watch;
    private final Drain drain;
    private final AdminServer admin;

    /**
     * Opens nothing yet.
     *
     * @param clock wall clock: numbers attempts and tells VMs the deadline
     * @param random must be secure, since keys are made from it, and safe for many threads
     */
    public Router(RouterConfig config, InstantSource clock, RandomGenerator random) {
        this.config = config;
        this.clock = clock;
        this.random = random;
        fleet = new Fleet(config);
        // One loop for each serving thread, one that watches, one for operators.
        vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(config.limits().threads() + 2)
                .setAddressResolverOptions(names()));
        watch = new Watch(config, fleet, awake, System::nanoTime, figures.latencies);
        drain = new Drain(config, fleet, awake);
        admin = new AdminServer(config, this::report, drain, this::undo, this::siteDown, keys, awake);
    }

    /** How names of VMs and sites become addresses: what DNS or the file of hosts has said is believed for a few seconds, whatever it says. */
    static AddressResolverOptions names() {
        return new AddressResolverOptions()
                .setCacheMaxTimeToLive(NAME_SECONDS)
                .setHostsRefreshPeriod(NAME_SECONDS)
                .setHostsRefreshPeriodUnit(TimeUnit.SECONDS);
    }

    /**
     * The map: what a router is made of, in the order in which it comes to life. Returns when clients are served; VMs may not have been
     * heard yet.
     *
     * @throws RouterException when it cannot listen where it should
     */
    public void start() throws RouterException {
        await(vertx.deployVerticle(watch)); // VMs and sites -> fleet
        await(vertx.deployVerticle(drain)); // operators -> VMs
        await(vertx.deployVerticle(admin)); // operators -> figures, drain
        RetryBudget budget = new RetryBudget(awake.millis());
        RequestQueues queues = new RequestQueues(fleet, config.times().waitMax().toMillis());
        int listen = config.listen().port() == 0 ? freePort() : config.listen().port();
        workers = await(vertx.deployVerticle( // clients -> rules, choice -> VMs
                () -> new Worker(config, fleet, figures, awake, clock, random, budget, keys, queues, listen),
                new DeploymentOptions().setInstances(config.limits().threads())));
        port = listen;
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
            throw new RouterException("router " + config.name() + " cannot start: " + e.getCause(), e);
        }
    }

    /** Where clients reach it; 0 before it listens. */
    public int port() {
        return port;
    }

    /** Where operators reach it; 0 before it listens. */
    public int adminPort() {
        return admin.port();
    }

    /** Every figure at this moment. Quick; any thread. */
    public RouterReport report() {
        return ReportMaker.report(config, fleet, figures);
    }

    /**
     * Lets VMs take no new requests and waits until they have none.
     *
     * @param force drains them even if no VM is left that takes requests
     * @return what was done, in a sentence; fails with a {@link RouterException} that says why not
     */
    public CompletionStage<String> drain(RouterPart part, boolean force) {
        return drain.drain(part, force).toCompletionStage();
    }

    /** Takes {@link #drain} back, and an operator's verdict on a site. */
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
     * An operator's verdict: the site is gone, and what was in flight there is taken up elsewhere. Stays until {@link #undrain}.
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

    /** The router is not ready any more, and each answer closes its connection: whoever looks sends its clients elsewhere. Before {@link #close}. */
    public void leave() {
        LOG.info(
                "router {} was told to end: it serves on for {}, and is not ready any more",
                config.name(),
                config.times().stopDelay());
        fleet.leave();
    }

    /** Stops listening, lets requests in hand end for a moment, and gives everything back. */
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
            throw new IllegalStateException("router " + config.name() + " does not close", e);
        }
    }
}
