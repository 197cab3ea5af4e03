package io.gemel.router;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterTls;
import io.gemel.transaction.SiteId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A VM over real HTTP whose ledger is in memory, for the router's side of the protocol. How it treats a submission can be changed while
 * it runs.
 */
public final class TestVm implements AutoCloseable {
    /** What it does with a submission. */
    public enum Manner {
        /** Runs it and answers. */
        ANSWER,
        /** Breaks the connection before it has run. */
        BREAK_BEFORE,
        /** Runs it and breaks the connection. */
        BREAK_AFTER,
        /** Breaks the connection and stops listening: a VM that is killed. */
        DIE,
        /** Runs it, breaks the connection and stops listening. */
        DIE_AFTER,
        /** Neither runs nor answers it, nor anything else: a VM that is frozen. */
        FREEZE,
        /** Takes it and does not answer before {@link TestVm#release}; heartbeats go on. */
        KEEP,
        /** Breaks the connection and runs it all the same, at {@link TestVm#release}. */
        BREAK_AND_KEEP,
        DRAINING,
        CLOSED,
        UNREACHABLE,
        RETRY,
        LATE,
        FAILED,
        UNKNOWN,
        REJECT
    }

    public final String name;
    final String site;
    final String host;
    final TestLedger ledger;
    public final List<String> received = new CopyOnWriteArrayList<>();
    public final List<JsonObject> heads = new CopyOnWriteArrayList<>();
    public final AtomicInteger drains = new AtomicInteger();

    /** Open ones, those for heartbeats among them. */
    final AtomicInteger connections = new AtomicInteger();

    public volatile Manner manner = Manner.ANSWER;
    public volatile boolean draining;
    public volatile boolean open = true;
    volatile boolean databaseUp = true;
    volatile String problem = "";
    volatile boolean library = true;
    volatile List<String> submissions = List.of("/");
    volatile boolean once;

    /** Answers no heartbeat. */
    public volatile boolean busy;

    /** Done before the next submission is treated in any way. */
    public volatile Runnable whenReceived = () -> {};

    /** Keys that it runs and then breaks off, if no VM of its site has run them. */
    final Set<String> breaks = ConcurrentHashMap.newKeySet();

    /** Takes nothing more after that one. */
    volatile boolean closesThen;

    private final Queue<Runnable> kept = new ConcurrentLinkedQueue<>();
    private final Vertx vertx;
    private final RouterTls tls;
    private final String authorities;
    private volatile HttpServer server;
    private volatile HttpServer heartbeats;
    private volatile int port;
    private volatile int heartbeatPort;

    TestVm(Vertx vertx, String name, String site, String host, TestLedger ledger) {
        this(vertx, name, site, host, ledger, null);
    }

    /** @param tls its certificate; null for plain HTTP */
    TestVm(Vertx vertx, String name, String site, String host, TestLedger ledger, RouterTls tls) {
        this(vertx, name, site, host, ledger, tls, null);
    }

    /** @param authorities of those whose certificates it asks for; null for none */
    TestVm(Vertx vertx, String name, String site, String host, TestLedger ledger, RouterTls tls, String authorities) {
        this.authorities = authorities;
        this.vertx = vertx;
        this.name = name;
        this.site = site;
        this.host = host;
        this.ledger = ledger;
        this.tls = tls;
        start();
    }

    /** Listens, at the same ports as before if there were any. */
    void start() {
        server = listen(port);
        port = server.actualPort();
        heartbeats = listen(heartbeatPort);
        heartbeatPort = heartbeats.actualPort();
    }

    private HttpServer listen(int at) {
        return TestHttp.await(vertx.createHttpServer(TestHttp.server(at, tls, authorities))
                .connectionHandler(connection -> {
                    connections.incrementAndGet();
                    connection.closeHandler(unused -> connections.decrementAndGet());
                })
                .requestHandler(this::handle)
                .listen());
    }

    RouterConfig.Vm config() {
        return new RouterConfig.Vm(
                name, TestHttp.address(port, tls), new SiteId(site), host, 0, TestHttp.address(heartbeatPort, tls));
    }

    /** As when its process is killed. */
    public void kill() {
        TestHttp.await(end());
    }

    /** A process that is killed answers nothing more once one of its connections is gone: its requests break when no heartbeat is answered. */
    private Future<?> end() {
        return heartbeats.shutdown(Duration.ZERO).eventually(() -> server.shutdown(Duration.ZERO));
    }

    /** Treats the next submission so, and those after it as usual. */
    public void next(Manner wanted) {
        once = true;
        manner = wanted;
    }

    /** Runs and answers what it has kept. */
    public void release() {
        List<Runnable> now = new ArrayList<>();
        for (Runnable each = kept.poll(); each != null; each = kept.poll()) {
            now.add(each);
        }
        // What an answer makes room for comes later, and is kept.
        now.forEach(answer -> vertx.runOnContext(unused -> answer.run()));
    }

    private void handle(HttpServerRequest request) {
        if (request.path().startsWith("/gemel/heartbeat")) {
            heartbeat(request);
        } else if (request.path().equals("/gemel/drain") || request.path().equals("/gemel/undrain")) {
            draining = request.path().equals("/gemel/drain");
            drains.incrementAndGet();
            request.response().end("{}");
        } else {
            request.body().onSuccess(body -> submission(request, body));
        }
    }

    private void heartbeat(HttpServerRequest request) {
        if (manner == Manner.FREEZE || busy) {
            return;
        }
        if (!library) {
            request.response().setStatusCode(404).end();
            return;
        }
        JsonObject beat = new JsonObject()
                .put("vm", name)
                .put("site", site)
                .put("host", host)
                .put("inFlight", kept.size())
                .put("databaseMs", databaseUp ? 1 : -1)
                .put("draining", draining)
                .put("open", open)
                .put("submissions", submissions);
        if (!problem.isEmpty()) {
            beat.put("problem", problem);
        }
        request.response().setStatusCode(databaseUp ? 200 : 503).end(beat.encode());
    }

    private void submission(HttpServerRequest request, Buffer body) {
        whenReceived.run();
        Manner now = manner;
        if (once) {
            once = false;
            manner = Manner.ANSWER;
            open = !closesThen;
        }
        String key = String.valueOf(request.getHeader("Idempotency-Key"));
        received.add(key);
        if (breaks.contains(key) && ledger.effectsOf(key) == 0) {
            run(request, body);
            request.connection().close();
            return;
        }
        JsonObject head = new JsonObject().put(":target", request.uri()).put(":body", body.toString());
        request.headers().forEach(header -> head.put(header.getKey().toLowerCase(), header.getValue()));
        heads.add(head);
        switch (now) {
            case FREEZE -> {}
            case KEEP -> kept.add(() -> answer(request, body));
            case BREAK_AND_KEEP -> {
                kept.add(() -> run(request, body));
                request.connection().close();
            }
            case DIE -> die(request);
            case BREAK_BEFORE -> request.connection().close();
            case BREAK_AFTER -> {
                run(request, body);
                request.connection().close();
            }
            case DIE_AFTER -> {
                run(request, body);
                die(request);
            }
            case DRAINING, CLOSED, UNREACHABLE, RETRY, UNKNOWN, LATE ->
                say(request, 503, now.name().toLowerCase(), now.name());
            case FAILED -> say(request, 500, "failed", "it threw");
            case REJECT -> {
                TestLedger.Entry entry = ledger.submit(key, fingerprint(request), 409, "rejected", "no funds");
                say(request, entry.status(), entry.outcome(), entry.body());
            }
            case ANSWER -> answer(request, body);
        }
    }

    private void die(HttpServerRequest request) {
        end().onComplete(unused -> request.connection().close());
    }

    private void answer(HttpServerRequest request, Buffer body) {
        if (draining && request.getHeader("Idempotency-Key") != null) {
            say(request, 503, "draining", "draining");
        } else if (request.path().startsWith("/gemel/outcome/")) {
            String key = request.path().substring("/gemel/outcome/".length());
            String outcome = ledger.outcome(key, request.method().equals(HttpMethod.POST));
            request.response()
                    .end(new JsonObject()
                            .put("key", key)
                            .put("outcome", outcome)
                            .encode());
        } else if (request.path().startsWith("/large/")) {
            String length = request.path().substring("/large/".length());
            request.response().putHeader("Content-Length", length);
            boolean head = request.method().name().equals("HEAD");
            request.response().end("x".repeat(head ? 0 : Integer.parseInt(length)));
        } else if (!library || request.getHeader("Idempotency-Key") == null) {
            request.response().putHeader("Content-Type", "text/plain").end("plain " + name + " " + body);
        } else {
            TestLedger.Entry entry = run(request, body);
            say(request, entry.status(), entry.outcome(), entry.body());
        }
    }

    private TestLedger.Entry run(HttpServerRequest request, Buffer body) {
        String key = request.getHeader("Idempotency-Key");
        if (!ledger.customerKnown) {
            return ledger.submit(key, fingerprint(request), 404, "declined", "no such customer");
        }
        return ledger.submit(key, fingerprint(request), 201, "executed", "done by " + name + ": " + body);
    }

    private static String fingerprint(HttpServerRequest request) {
        return String.valueOf(request.getHeader("Gemel-Fingerprint"));
    }

    private static void say(HttpServerRequest request, int status, String outcome, String text) {
        request.response()
                .setStatusCode(status)
                .putHeader("Gemel-Outcome", outcome)
                .putHeader("Content-Type", "text/plain")
                .putHeader("Connection", "keep-alive")
                .end(text);
    }

    @Override
    public void close() {
        kill();
    }
}
