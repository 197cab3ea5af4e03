package io.gemel.router;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/** One of the event loops that serve clients: everything about one request happens on the loop that took it in. */
final class Worker extends VerticleBase implements Intake.Listener {
    /** How long requests in hand get to end when the router closes. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final RouterConfig config;
    private final Fleet fleet;
    private final Figures figures;
    private final AwakeClock awake;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final RetryBudget budget;
    private final KeyMemory keys;
    private final RequestQueues queues;
    private final int port;
    private final Set<Exchange> open = new LinkedHashSet<>();
    private boolean closing;
    private HttpServer server;
    private Intake intake;
    private Means means;

    /** @param port where to listen, the same for all */
    @SuppressWarnings("NullAway.Init") // start() makes the rest, on the event loop that uses it
    Worker(
            RouterConfig config,
            Fleet fleet,
            Figures figures,
            AwakeClock awake,
            InstantSource clock,
            RandomGenerator random,
            RetryBudget budget,
            KeyMemory keys,
            RequestQueues queues,
            int port) {
        this.config = config;
        this.fleet = fleet;
        this.figures = figures;
        this.awake = awake;
        this.clock = clock;
        this.random = random;
        this.budget = budget;
        this.keys = keys;
        this.queues = queues;
        this.port = port;
    }

    @Override
    public Future<?> start() {
        RouterTimes times = config.times();
        Choice choice = new Choice(
                fleet,
                random,
                config.limits().vmConnectionsMax(),
                times.slowStart().toMillis(),
                times.lagMax().toMillis());
        long verdictMillis =
                times.verdictSiteDown().plus(times.verdictResubmit()).toMillis();
        Dispatcher dispatcher = new Dispatcher(
                fleet,
                new Rules(config.limits().attemptsMax(), verdictMillis),
                choice,
                budget,
                times.waitMax().toMillis());
        SiteClient sites = new SiteClient(vertx, config);
        means = new Means(
                fleet,
                dispatcher,
                new VmClient(vertx, config),
                new DurabilityRounds(vertx, sites, times.durabilityTimeout().toMillis()),
                keys,
                figures,
                new RequestQueue(queues, context),
                awake,
                clock,
                config.tls() == null ? "http" : "https",
                config.frontend().hostPreserve());
        intake = new Intake(config, new AccessLog(config.accessLog(), clock), figures, awake, random, this);
        server = vertx.createHttpServer(StrictHttp.options(config, port));
        server.requestHandler(this::take);
        server.invalidRequestHandler(this::invalid);
        server.connectionHandler(this::connected);
        vertx.setPeriodic(Watch.TICK_MILLIS, unused -> tick());
        return server.listen();
    }

    private void connected(HttpConnection connection) {
        int now = figures.connections.incrementAndGet();
        connection.closeHandler(unused -> figures.connections.decrementAndGet());
        // A closing server still accepts, and would never answer.
        if (closing || now > config.limits().connectionsMax()) {
            connection.close().onComplete(unused -> {});
            return;
        }
        StrictHttp.guard(connection, config.times().headerTimeout(), figures.malformed::increment);
    }

    private void take(HttpServerRequest request) {
        if (fleet.isLeaving()) {
            request.response().putHeader("Connection", "close");
        }
        intake.take(request);
    }

    private void invalid(HttpServerRequest request) {
        figures.malformed.increment();
        HttpServerRequest.DEFAULT_INVALID_REQUEST_HANDLER.handle(request);
    }

    private void tick() {
        long now = awake.millis();
        if (!open.isEmpty()) {
            // A tick may end an exchange, which takes it out.
            for (Exchange exchange : new ArrayList<>(open)) {
                exchange.tick(now);
            }
        }
        queues.roomGained();
        intake.tick(now);
    }

    @Override
    public void taken(Client client, Submission submission) {
        Exchange exchange = new Exchange(means, submission, client, done -> done(done, submission));
        open.add(exchange);
        client.request().response().closeHandler(unused -> exchange.clientGone());
        exchange.start();
    }

    private void done(Exchange exchange, Submission submission) {
        if (open.remove(exchange)) {
            figures.inFlight.decrementAndGet();
            if (submission.body() != null) {
                figures.bodyBytes.addAndGet(-submission.body().length());
            }
        }
    }

    @Override
    public void refused() {
        figures.inFlight.decrementAndGet();
    }

    @Override
    public Future<?> stop() {
        closing = true;
        return server.shutdown(GRACE);
    }
}
