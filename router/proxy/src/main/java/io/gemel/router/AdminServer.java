package io.gemel.router;

import io.gemel.figure.Figures;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterFigures;
import io.gemel.router.api.RouterPart;
import io.gemel.router.api.RouterPart.Kind;
import io.gemel.router.api.RouterReport;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.decision.RecentKeys;
import io.gemel.router.decision.ResubmissionPolicy;
import io.gemel.router.fleet.Drain;
import io.gemel.router.fleet.Registrar;
import io.gemel.router.http.Bearer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers operators over HTTP: {@code /health}, {@code /ready}, {@code /status}, {@code /metrics}, {@code /quarantine}; and does
 * what they ask with a POST to {@code /drain}, {@code /undrain}, {@code /down}, {@code /release} and {@code /reload}, which needs the
 * token when there is one. VMs register themselves at {@code /register}.
 */
final class AdminServer extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    private static final String PLAIN = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";
    private static final int IDLE_SECONDS = 120;
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int NOT_FOUND = 404;
    private static final int WRONG_METHOD = 405;
    private static final int CONFLICT = 409;
    private static final int FAILED = 500;
    private static final int UNAVAILABLE = 503;

    private final Settings settings;
    private final Supplier<RouterReport> report;
    private final Drain drain;
    private final Function<RouterPart, Future<String>> undrain;
    private final Function<String, Boolean> siteDown;
    private final Supplier<Future<String>> reload;
    private final RecentKeys keys;
    private final PauseAwareClock awake;
    private final Registrar registrar;
    private volatile int port;

    /**
     * @param undrain takes back a drain, and a verdict
     * @param siteDown an operator's verdict; false when there is no such site
     * @param reload takes changed settings
     */
    AdminServer(
            Settings settings,
            Supplier<RouterReport> report,
            Drain drain,
            Function<RouterPart, Future<String>> undrain,
            Function<String, Boolean> siteDown,
            Supplier<Future<String>> reload,
            RecentKeys keys,
            PauseAwareClock awake,
            Registrar registrar) {
        this.settings = settings;
        this.report = report;
        this.drain = drain;
        this.undrain = undrain;
        this.siteDown = siteDown;
        this.reload = reload;
        this.keys = keys;
        this.awake = awake;
        this.registrar = registrar;
    }

    /** 0 before it listens. */
    int port() {
        return port;
    }

    @Override
    public Future<?> start() {
        RouterConfig config = settings.now();
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.admin().host())
                .setPort(config.admin().port())
                .setHttp2ClearTextEnabled(false)
                .setMaxHeaderSize(config.limits().headersMax())
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
        return vertx.createHttpServer(options)
                .requestHandler(this::handle)
                .listen()
                .onSuccess(server -> port = server.actualPort());
    }

    /** Whatever happens: nobody is left without an answer. */
    private void handle(HttpServerRequest request) {
        try {
            answer(request);
        } catch (RuntimeException e) {
            failed(request, e);
        }
    }

    private static void failed(HttpServerRequest request, Throwable why) {
        LOG.error("unexpected failure at {} {}", request.method(), path(request), why);
        answer(request, true, FAILED, PLAIN, "unexpected failure: see the router's log\n");
    }

    private void answer(HttpServerRequest request) {
        boolean reads =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        switch (path(request)) {
            case "/health" -> answer(request, reads, OK, PLAIN, "ok\n");
            case "/ready" -> {
                String reason = unready(request.getParam("group"));
                answer(
                        request,
                        reads,
                        reason.isEmpty() ? OK : UNAVAILABLE,
                        PLAIN,
                        reason.isEmpty() ? "ok\n" : reason + "\n");
            }
            case "/status" ->
                answer(request, reads, OK, JSON, new JsonObject(RouterFigures.ALL.json(report.get())).encode() + "\n");
            case "/metrics" -> answer(request, reads, OK, Figures.PROMETHEUS, metrics(report.get()));
            case "/quarantine" -> answer(request, reads, OK, JSON, quarantine().encode() + "\n");
            case "/drain", "/undrain", "/down", "/release", "/reload" -> change(request);
            case Registrar.PATH ->
                registrar
                        .handle(request)
                        .onComplete(
                                said -> answer(request, true, said.status(), PLAIN, said.text() + "\n"),
                                why -> failed(request, why));
            default ->
                answer(
                        request,
                        true,
                        NOT_FOUND,
                        PLAIN,
                        "see /health, /ready, /status, /metrics, /quarantine, /drain, /undrain, /down, /release, /reload, /register\n");
        }
    }

    private static String metrics(RouterReport now) {
        return RouterFigures.ALL.prometheus(now, "router", now.router());
    }

    /**
     * Why clients should be sent to another router; empty when they need not.
     *
     * @param group of whose clients this is asked; null for all
     */
    private String unready(@Nullable String group) {
        RouterReport now = report.get();
        if (!now.ready() || group == null) {
            return now.reason();
        }
        return now.groups().stream()
                .filter(each -> each.name().equals(group))
                .findFirst()
                .map(RouterReport.Group::reason)
                .orElse("no VM is of group " + group);
    }

    private JsonArray quarantine() {
        long now = awake.millis();
        JsonArray found = new JsonArray();
        keys.quarantined(now)
                .forEach((key, trace) -> found.add(new JsonObject()
                        .put("key", key)
                        .put("site", trace.site())
                        .put("endsInMillis", trace.diedMillis() + ResubmissionPolicy.QUARANTINE_MILLIS - now)));
        return found;
    }

    private static String path(HttpServerRequest request) {
        String path = request.path();
        return path == null ? "" : path;
    }

    private void change(HttpServerRequest request) {
        if (!request.method().equals(HttpMethod.POST)) {
            answer(request, false, WRONG_METHOD, PLAIN, "");
        } else if (!authorized(request)) {
            answer(request, true, UNAUTHORIZED, PLAIN, "this needs Authorization: Bearer with admin.token\n");
        } else if (path(request).equals("/reload")) {
            tell(request, reload.get());
        } else if (path(request).equals("/release")) {
            String key = request.getParam("key", "");
            boolean done = keys.release(key, awake.millis());
            String text = done ? key + " may be sent again\n" : "name a key of /quarantine with key=\n";
            answer(request, true, done ? OK : BAD_REQUEST, PLAIN, text);
        } else {
            RouterPart part = part(request);
            if (part == null) {
                answer(request, true, BAD_REQUEST, PLAIN, "name one of vm=, host= and site=\n");
            } else {
                change(request, part);
            }
        }
    }

    private void change(HttpServerRequest request, RouterPart part) {
        switch (path(request)) {
            case "/drain" -> {
                boolean force = "true".equals(request.getParam("force"));
                tell(request, drain.drain(part, force));
            }
            case "/undrain" -> tell(request, undrain.apply(part));
            default -> {
                boolean done = part.kind() == Kind.SITE && siteDown.apply(part.name());
                String text = done
                        ? "site " + part.name() + " counts as down until it is undrained\n"
                        : "name one of this router's sites with site=\n";
                answer(request, true, done ? OK : BAD_REQUEST, PLAIN, text);
            }
        }
    }

    private static void tell(HttpServerRequest request, Future<String> done) {
        done.onComplete(
                text -> answer(request, true, OK, PLAIN, text + "\n"),
                why -> answer(request, true, CONFLICT, PLAIN, why.getMessage() + "\n"));
    }

    private static @Nullable RouterPart part(HttpServerRequest request) {
        RouterPart found = null;
        for (Kind kind : Kind.values()) {
            String name = request.getParam(kind.word());
            if (name != null && !name.isEmpty()) {
                if (found != null) {
                    return null;
                }
                found = new RouterPart(kind, name);
            }
        }
        return found;
    }

    private boolean authorized(HttpServerRequest request) {
        String token = settings.now().adminToken();
        return token == null || Bearer.shows(request, token);
    }

    private static void answer(HttpServerRequest request, boolean allowed, int status, String type, String text) {
        if (!allowed) {
            request.response().setStatusCode(WRONG_METHOD).end();
            return;
        }
        request.response().setStatusCode(status).putHeader("Content-Type", type).putHeader("Cache-Control", "no-store");
        (request.method().equals(HttpMethod.HEAD)
                        ? request.response().end()
                        : request.response().end(text))
                .onComplete(done -> {});
    }
}
