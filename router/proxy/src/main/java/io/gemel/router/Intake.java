package io.gemel.router;

import io.gemel.router.RouterConfig.Durability;
import io.gemel.router.RouterConfig.Route;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map.Entry;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Takes requests in: refuses what is not proper and what there is no room for, and reads the rest. Confined to one event loop. */
final class Intake {
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int TIMEOUT = 408;
    private static final int UNAVAILABLE = 503;
    private static final int RANDOM_BYTES = 16;
    private static final long LINGER_MILLIS = 1000;

    /** Hears of requests that have come whole, and of those that were begun and ended otherwise. */
    interface Listener {
        /** Its body is here, or is not to be kept. */
        void taken(Client client, Submission submission);

        /** It was refused after it had been counted. */
        void refused();
    }

    private final Settings settings;
    private final InstantSource clock;
    private final Figures figures;
    private final AwakeClock awake;
    private final RandomGenerator random;
    private final Function<HttpConnection, @Nullable TlsPeer> peers;
    private final Listener listener;
    private final Fingerprint fingerprint = new Fingerprint();
    private final Deadlines<Receiving> receiving = new Deadlines<>();
    private final Deadlines<HttpConnection> lingering = new Deadlines<>();
    private IntakeSettings taking;

    /**
     * @param random of a secure kind: keys are made from it
     * @param peers what the handshake of a connection told; null for one without
     */
    Intake(
            Settings settings,
            InstantSource clock,
            Figures figures,
            AwakeClock awake,
            RandomGenerator random,
            Function<HttpConnection, @Nullable TlsPeer> peers,
            Listener listener) {
        this.settings = settings;
        this.clock = clock;
        taking = IntakeSettings.of(settings.now(), clock);
        this.figures = figures;
        this.awake = awake;
        this.random = random;
        this.peers = peers;
        this.listener = listener;
    }

    private IntakeSettings taking() {
        if (!settings.areStill(taking.config())) {
            taking = IntakeSettings.of(settings.now(), clock);
        }
        return taking;
    }

    /** A request whose body is being read. */
    private static final class Receiving {
        private final RouterConfig config;
        private final Client client;
        private final Target target;
        private final Route route;
        private final Buffer body = Buffer.buffer();
        private boolean over;

        Receiving(RouterConfig config, Client client, Target target, Route route) {
            this.config = config;
            this.client = client;
            this.target = target;
            this.route = route;
        }
    }

    /** Its head is here. */
    void take(HttpServerRequest request) {
        IntakeSettings by = taking();
        RouterConfig config = by.config();
        boolean trusted = RouterFrontend.matches(by.trusted(), Client.address(request));
        String id = RequestCheck.requestId(request.getHeader(RequestCheck.REQUEST_ID));
        Client client = new Client(
                request,
                id == null ? randomHex() : id,
                trusted,
                peers.apply(request.connection()),
                by.accessLog(),
                figures,
                this::discard);
        Target target = Target.parse(request.uri());
        if (target == null) {
            refuse(client, new Refusal(RequestCheck.BAD_REQUEST, "the request's target is not proper"));
            return;
        }
        Route route = by.routes().of(Routes.host(request.authority()), target);
        client.takes(route);
        Refusal refusal = RequestCheck.refusal(
                request.method().name(),
                request.version() == HttpVersion.HTTP_1_1,
                request.headers(),
                route.resubmit() ? config.limits().bodyMax() : -1);
        if (refusal != null) {
            refuse(client, refusal);
            return;
        }
        if (target.own() && target.outcomeKey() == null) {
            client.say(NOT_FOUND, "there is nothing here", Story.NONE);
            return;
        }
        if (target.outcomeKey() != null && refusesToClose(config, client, target)) {
            return;
        }
        if (!target.own() && !Routes.allows(route, request.method().name())) {
            request.response().putHeader("Allow", Routes.allowed(route));
            client.say(METHOD_NOT_ALLOWED, "this method is not passed on here", Story.NONE);
            return;
        }
        if (figures.inFlight.get() >= config.limits().requestsMax()
                || figures.bodyBytes.get() >= config.limits().bodiesMax()) {
            figures.shed.increment();
            client.say(UNAVAILABLE, "no room at the moment; nothing was done: send it again later", Story.NONE);
            return;
        }
        figures.requests.increment();
        figures.inFlight.incrementAndGet();
        if (request.headers().contains("Expect", "100-continue", true)) {
            request.response().writeContinue();
        }
        if (route.resubmit()) {
            read(request, new Receiving(config, client, target, route));
        } else {
            request.pause();
            listener.taken(client, submission(config, client, target, route, null));
        }
    }

    /** Refuses who would close a key and may not: whoever closes a key takes its submission away from the client that made it. */
    private static boolean refusesToClose(RouterConfig config, Client client, Target target) {
        boolean post = client.request().method().equals(HttpMethod.POST);
        if (!post && target.fence()) {
            client.say(METHOD_NOT_ALLOWED, "a key is closed by POST, with the router's admin.token", Story.NONE);
            return true;
        }
        String token = config.adminToken();
        if (post && (token == null || !Bearer.shows(client.request(), token))) {
            String need = token == null ? "set admin.token in the router's file" : "show the router's admin.token";
            client.say(FORBIDDEN, "closing a key needs a right: " + need, Story.NONE);
            return true;
        }
        return false;
    }

    private void refuse(Client client, Refusal refusal) {
        figures.malformed.increment();
        client.request().response().putHeader("Connection", "close");
        client.say(refusal.status(), refusal.text(), Story.NONE);
        if (client.request().isEnded()) {
            close(client.request().connection());
        }
    }

    /** What still comes of its body is thrown away for a moment: closing at once could destroy the answer on its way. */
    private void discard(HttpServerRequest request) {
        HttpConnection connection = request.connection();
        request.exceptionHandler(why -> lingering.remove(connection));
        request.handler(part -> {});
        request.endHandler(unused -> {
            lingering.remove(connection);
            close(connection);
        });
        request.resume();
        lingering.add(connection, awake.millis() + LINGER_MILLIS);
    }

    private static void close(HttpConnection connection) {
        connection.close().onComplete(unused -> {});
    }

    private void read(HttpServerRequest request, Receiving of) {
        receiving.add(of, awake.millis() + of.config.times().bodyTimeout().toMillis());
        request.handler(part -> part(of, part));
        request.exceptionHandler(why -> {
            if (drop(of)) {
                of.client.left(Story.NONE);
            }
        });
        request.endHandler(unused -> {
            if (end(of)) {
                listener.taken(of.client, submission(of.config, of.client, of.target, of.route, of.body));
            }
        });
    }

    private void part(Receiving of, Buffer part) {
        if (of.over) {
            return;
        }
        int bodyMax = of.config.limits().bodyMax();
        if (of.body.length() + part.length() > bodyMax) {
            drop(of);
            refuse(
                    of.client,
                    new Refusal(RequestCheck.TOO_LARGE, "a body may have at most " + bodyMax + " bytes here"));
            return;
        }
        figures.bodyBytes.addAndGet(part.length());
        of.body.appendBuffer(part);
    }

    /** False when it had ended otherwise before. */
    private boolean end(Receiving of) {
        if (of.over) {
            return false;
        }
        of.over = true;
        receiving.remove(of);
        return true;
    }

    /** False when it had ended otherwise before. */
    private boolean drop(Receiving of) {
        boolean ended = end(of);
        if (ended) {
            figures.bodyBytes.addAndGet(-of.body.length());
            listener.refused();
        }
        return ended;
    }

    /** Time passes: those whose bodies do not come are refused. */
    void tick(long nowMillis) {
        for (Receiving late = receiving.pollDue(nowMillis); late != null; late = receiving.pollDue(nowMillis)) {
            if (!late.over) {
                drop(late);
                refuse(late.client, new Refusal(TIMEOUT, "the body did not come in time"));
            }
        }
        for (HttpConnection due = lingering.pollDue(nowMillis); due != null; due = lingering.pollDue(nowMillis)) {
            close(due);
        }
    }

    private Submission submission(
            RouterConfig config, Client client, Target target, Route route, @Nullable Buffer body) {
        HttpServerRequest request = client.request();
        HttpMethod method = request.method();
        List<Entry<String, String>> headers = HeaderRules.towardsVm(request.headers(), client.trusted());
        if (target.outcomeKey() != null) {
            headers.removeIf(header -> header.getKey().equalsIgnoreCase("Authorization")); // the router's own token
        }
        String named = request.getHeader("Idempotency-Key");
        String given =
                target.outcomeKey() != null ? target.outcomeKey() : named == null ? null : RequestCheck.key(named);
        boolean reads =
                method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD) || method.equals(HttpMethod.OPTIONS);
        String key = given != null ? given : reads ? null : randomHex();
        if (target.outcomeKey() != null && reads) {
            // It asks and closes nothing, but only the database that knows can tell.
            key = given;
        }
        String level = request.getHeader("Gemel-Durability");
        Durability asked = level == null ? null : RequestCheck.durability(level);
        Durability usual = route.durability() == null ? config.durability() : route.durability();
        String mark = key == null || body == null || target.outcomeKey() != null
                ? null
                : fingerprint.of(method.name(), target.text(), scope(config.frontend(), client), body.getBytes());
        boolean empty = body != null && body.length() == 0 && reads;
        return new Submission(
                method,
                target,
                headers,
                key,
                given != null,
                empty ? null : body,
                body == null ? request : null,
                route.submission(),
                mark,
                asked == null ? usual : asked,
                route.timeout() == null ? config.times().requestTimeout() : route.timeout());
    }

    private static List<String> scope(RouterFrontend by, Client client) {
        return by.scope(client.request().headers(), client.trusted(), client.certificate());
    }

    private String randomHex() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
