package io.gemel.router;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterTimes;
import io.gemel.router.api.Settings;
import io.gemel.router.client.Admission;
import io.gemel.router.client.Client;
import io.gemel.router.client.HandshakeFailures;
import io.gemel.router.client.RequestHead;
import io.gemel.router.client.RequestReader;
import io.gemel.router.client.Submission;
import io.gemel.router.client.Tunnels;
import io.gemel.router.decision.Dispatcher;
import io.gemel.router.decision.Fleet;
import io.gemel.router.decision.Group;
import io.gemel.router.decision.Groups;
import io.gemel.router.decision.LoadBalancer;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.decision.RecentKeys;
import io.gemel.router.decision.ResubmissionPolicy;
import io.gemel.router.exchange.CatchUps;
import io.gemel.router.exchange.DurabilityRounds;
import io.gemel.router.exchange.Exchange;
import io.gemel.router.exchange.LoopQueues;
import io.gemel.router.exchange.VmClient;
import io.gemel.router.exchange.WorkerContext;
import io.gemel.router.fleet.HealthMonitor;
import io.gemel.router.http.Requests;
import io.gemel.router.http.SiteClient;
import io.gemel.router.http.StrictHttp;
import io.gemel.router.http.StrictHttp2;
import io.gemel.router.http.TlsPeers;
import io.gemel.router.report.RouterCounters;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** One of the event loops that serve clients: everything about one request happens on the loop that took it in. */
final class Worker extends VerticleBase {
    /** How long requests in hand get to end when the router closes. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Settings settings;
    private final Fleet fleet;
    private final RouterCounters counters;
    private final PauseAwareClock awake;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final RandomGenerator chance;
    private final RecentKeys keys;
    private final Groups groups;
    private final Admission admission;
    private final int port;
    private final Set<Exchange> open = new LinkedHashSet<>();
    private final Set<HttpConnection> connections = new HashSet<>();
    private boolean leaving;
    private boolean closing;
    private HttpServer server;
    private RequestReader reader;
    private VmClient vms;
    private DurabilityRounds durability;
    private CatchUps catchUps;
    private LoopQueues queues;
    private TlsPeers peers;
    private StrictHttp2 http2;
    private Tunnels tunnels;
    private RouterConfig seen;
    private WorkerContext worker;

    /**
     * @param random must be secure, since keys are made from it; what need not be is drawn from a quicker one, which it seeds
     * @param port where to listen, the same for all
     */
    @SuppressWarnings("NullAway.Init") // start() makes the rest, on the event loop that uses it
    Worker(
            Settings settings,
            Fleet fleet,
            RouterCounters counters,
            PauseAwareClock awake,
            InstantSource clock,
            RandomGenerator random,
            RecentKeys keys,
            Groups groups,
            int port) {
        this.settings = settings;
        this.fleet = fleet;
        this.counters = counters;
        this.awake = awake;
        this.clock = clock;
        this.random = random;
        chance = new SplittableRandom(random.nextLong());
        this.keys = keys;
        this.groups = groups;
        admission = new Admission(groups, counters);
        this.port = port;
    }

    @Override
    public Future<?> start() {
        vms = new VmClient(vertx, settings);
        SiteClient sites = new SiteClient(vertx, settings);
        durability = new DurabilityRounds(vertx, sites, settings);
        catchUps = new CatchUps(sites);
        queues = new LoopQueues(context);
        tunnels = new Tunnels(counters, settings);
        seen = settings.now();
        worker = worker(seen);
        peers = new TlsPeers(seen.frontend().clientTls());
        reader = new RequestReader(settings, groups, admission, clock, counters, awake, random, chance, peers::of);
        http2 = new StrictHttp2(settings, awake::millis, fleet::isLeaving, this::take, reader);
        server = vertx.createHttpServer(StrictHttp.options(seen, port));
        server.requestHandler(this::take);
        server.exceptionHandler(new HandshakeFailures(counters, awake)::failed);
        server.connectionHandler(this::connected);
        vertx.setPeriodic(HealthMonitor.TICK_MILLIS, unused -> tick());
        return server.listen();
    }

    /** What exchanges work with that begin now. */
    private WorkerContext worker(RouterConfig config) {
        RouterTimes times = config.times();
        LoadBalancer balancer = new LoadBalancer(
                fleet,
                chance,
                config.limits().vmConnectionsMax(),
                times.slowStart().toMillis(),
                times.lagMax().toMillis());
        long verdictMillis =
                times.verdictSiteDown().plus(times.verdictResubmit()).toMillis();
        Dispatcher dispatcher = new Dispatcher(
                fleet,
                new ResubmissionPolicy(config.limits().attemptsMax(), verdictMillis),
                balancer,
                times.waitMax().toMillis());
        return new WorkerContext(
                fleet,
                dispatcher,
                vms,
                durability,
                catchUps,
                keys,
                counters,
                groups,
                queues,
                tunnels,
                awake,
                clock,
                config.tls() == null ? "http" : "https",
                config.frontend().hostPreserve());
    }

    /** Goes by the settings of this moment. */
    private void follow() {
        if (settings.areStill(seen)) {
            return;
        }
        RouterConfig now = settings.now();
        connections.forEach(connection -> StrictHttp.keepLonger(connection, now));
        peers.follow(now.frontend().clientTls());
        seen = now;
        worker = worker(now);
        groups.keep(fleet.groups());
        queues.forgetEmpty();
    }

    /** Shows other certificates to those who connect from now on, at every worker; call on any thread. */
    Future<?> show(ServerSSLOptions certificate) {
        Promise<Object> shown = Promise.promise();
        context.runOnContext(unused ->
                server.updateSSLOptions(certificate).<Object>mapEmpty().onComplete(shown));
        return shown.future();
    }

    private void connected(HttpConnection connection) {
        int now = counters.connections.incrementAndGet();
        StrictHttp.onClose(connection, counters.connections::decrementAndGet);
        // A closing server still accepts, and would never answer.
        if (closing || now > settings.now().limits().connectionsMax()) {
            reader.noRoom(connection);
            connection.close().onComplete(unused -> {});
            return;
        }
        follow();
        enter(connection);
        StrictHttp.guard(connection, settings, reader, () -> {
            leave(connection);
            enter(http2.begin((HttpServerConnection) connection));
        });
    }

    private void enter(HttpConnection connection) {
        connections.add(connection);
        peers.enter(connection);
        StrictHttp.onClose(connection, () -> leave(connection));
    }

    private void leave(HttpConnection connection) {
        connections.remove(connection);
        peers.leave(connection);
    }

    /**
     * The path of a request: guard its connection ({@link StrictHttp}), read, route, admit, submit; then decide, pick a VM, send, await durability, answer
     * ({@link Exchange}). A step that answers the request ends its path.
     */
    private void take(HttpServerRequest request) {
        if (fleet.isLeaving() && !Requests.isOneOfMany(request)) {
            request.response().putHeader("Connection", "close");
        }
        RequestHead head = reader.read(request);
        Group group = head == null ? null : reader.route(head);
        if (head != null && group != null && reader.admit(head, group)) {
            reader.submit(head, group, this::exchange);
        }
    }

    private void exchange(Client client, Submission submission) {
        follow();
        Exchange exchange = new Exchange(worker, submission, client, done -> done(done, submission));
        open.add(exchange);
        client.request().response().closeHandler(unused -> exchange.clientGone());
        exchange.start();
    }

    private void tick() {
        follow();
        long now = awake.millis();
        if (!open.isEmpty()) {
            // A tick may end an exchange, which takes it out.
            for (Exchange exchange : new ArrayList<>(open)) {
                exchange.tick(now);
            }
        }
        queues.tick(); // those with unfinished work have just looked
        reader.tick(now);
        tunnels.tick(now);
        if (fleet.isLeaving() && !leaving) {
            leaving = true;
            connections.forEach(StrictHttp2::sendAway);
        }
    }

    private void done(Exchange exchange, Submission submission) {
        if (open.remove(exchange)) {
            admission.left(submission.group());
            if (submission.body() != null) {
                admission.keeps(submission.group(), -submission.body().length());
            }
        }
    }

    @Override
    public Future<?> stop() {
        closing = true;
        tunnels.close();
        // Whatever is not done by then has no answer, and its line all the same.
        return server.shutdown(GRACE).onComplete(done -> open.forEach(Exchange::cutOff));
    }
}
