package io.gemel.router;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterTls;
import io.gemel.transaction.SiteId;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** A site's process over real HTTP, as far as routers ask it; what it says can be changed while it runs. */
public final class TestSite implements AutoCloseable {
    final String name;
    public final TestLedger ledger = new TestLedger();
    public final List<String> asked = new CopyOnWriteArrayList<>();
    public volatile String database = "up";
    volatile boolean barrier = true;

    /** Answers no question for a barrier before {@link #release}. */
    volatile boolean holdsBarrier;

    private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();

    /** Done when a router asks for a barrier. */
    volatile Runnable whenAskedToCatchUp = () -> {};

    volatile boolean durable = true;
    volatile String parkedKey = "";
    volatile long lagMillis;
    volatile String token = "secret";
    private final Vertx vertx;
    private final RouterTls tls;
    private final String authorities;
    private volatile HttpServer server;
    private volatile int port;

    TestSite(Vertx vertx, String name) {
        this(vertx, name, null);
    }

    /** @param tls its certificate; null for plain HTTP */
    TestSite(Vertx vertx, String name, RouterTls tls) {
        this(vertx, name, tls, null);
    }

    /** @param authorities of those whose certificates it asks for; null for none */
    TestSite(Vertx vertx, String name, RouterTls tls, String authorities) {
        this.authorities = authorities;
        this.tls = tls;
        this.vertx = vertx;
        this.name = name;
        start();
    }

    void start() {
        server = TestHttp.await(vertx.createHttpServer(TestHttp.server(port, tls, authorities))
                .requestHandler(this::handle)
                .listen());
        port = server.actualPort();
    }

    RouterConfig.Site config() {
        return new RouterConfig.Site(new SiteId(name), TestHttp.address(port, tls), "secret");
    }

    private void handle(HttpServerRequest request) {
        if (!("Bearer " + token).equals(request.getHeader("Authorization"))) {
            request.response().setStatusCode(401).end();
            return;
        }
        if (!request.path().equals("/router/site")) {
            asked.add(request.path() + "?" + request.query());
        }
        switch (request.path()) {
            case "/router/site" ->
                request.response()
                        .end(new JsonObject()
                                .put("site", name)
                                .put("open", true)
                                .put("database", database)
                                .put("lagMillis", lagMillis)
                                .encode());
            case "/router/barrier" -> {
                whenAskedToCatchUp.run();
                boolean passed = barrier && !parkedKey.equals(request.getParam("key", "none"));
                if (holdsBarrier) {
                    held.add(() -> yes(request, "passed", passed));
                } else {
                    yes(request, "passed", passed);
                }
            }
            case "/router/durable" -> yes(request, "reached", durable);
            default -> yes(request, "terminated", true);
        }
    }

    /** Answers what it has held. */
    void release() {
        holdsBarrier = false;
        for (Runnable each = held.poll(); each != null; each = held.poll()) {
            Runnable answer = each;
            vertx.runOnContext(unused -> answer.run());
        }
    }

    private void yes(HttpServerRequest request, String word, boolean yes) {
        if (Long.parseLong(request.getParam("timeoutMillis", "0")) > 60_000) {
            request.response().setStatusCode(400).end("{\"reason\":\"timeoutMillis must be a number up to 60000\"}");
            return;
        }
        request.response()
                .setStatusCode(yes ? 200 : 503)
                .end(new JsonObject().put(word, yes).put("reason", "told so").encode());
    }

    @Override
    public void close() {
        TestHttp.await(server.shutdown(java.time.Duration.ZERO));
    }
}
