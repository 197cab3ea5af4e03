package io.gemel.router.client;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfig.Route;
import io.gemel.router.api.RouterFrontend;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.Group;
import io.gemel.router.decision.Groups;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.decision.VmState;
import io.gemel.router.http.Bearer;
import io.gemel.router.http.Grpc;
import io.gemel.router.http.Http2Head;
import io.gemel.router.http.OnUnread;
import io.gemel.router.http.Requests;
import io.gemel.router.http.TlsPeer;
import io.gemel.router.report.AnswerTimes;
import io.gemel.router.report.RouterCounters;
import io.gemel.router.request.Rejection;
import io.gemel.router.request.RequestCheck;
import io.gemel.router.request.RequestTarget;
import io.gemel.router.request.Routes;
import io.gemel.router.request.Trace;
import io.gemel.router.request.UpgradeRules;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests: rejects malformed ones and those above the limits, and passes on the others. Confined to one event
 * loop.
 */
public final class RequestReader implements OnUnread {
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int UNAVAILABLE = 503;

    /** Receives complete requests. */
    public interface Listener {
        /** Its body is here, or is not to be kept. */
        void taken(Client client, Submission submission);
    }

    private final Settings settings;
    private final Groups groups;
    private final Admission admission;
    private final InstantSource clock;
    private final RouterCounters counters;
    private final RandomGenerator chance;
    private final SubmissionMaker submissions;
    private final Function<HttpConnection, @Nullable TlsPeer> peers;
    private final Listener listener;
    private final Rejections rejections;
    private final Bodies bodies;
    private RequestReaderSettings taking;

    /**
     * @param random of a secure kind: keys are made from it
     * @param chance of a quick kind: requests and spans get their ids from it
     * @param peers what the handshake of a connection told; null for one without
     */
    public RequestReader(
            Settings settings,
            Groups groups,
            Admission admission,
            InstantSource clock,
            RouterCounters counters,
            PauseAwareClock awake,
            RandomGenerator random,
            RandomGenerator chance,
            Function<HttpConnection, @Nullable TlsPeer> peers,
            Listener listener) {
        this.settings = settings;
        this.groups = groups;
        this.admission = admission;
        this.clock = clock;
        taking = RequestReaderSettings.of(settings.now(), clock);
        this.counters = counters;
        this.chance = chance;
        submissions = new SubmissionMaker(random);
        this.peers = peers;
        this.listener = listener;
        rejections = new Rejections(counters, awake);
        bodies = new Bodies(admission, rejections, awake);
    }

    private RequestReaderSettings taking() {
        if (!settings.areStill(taking.config())) {
            taking = RequestReaderSettings.of(settings.now(), clock);
        }
        return taking;
    }

    /** Its head is here. */
    public void take(HttpServerRequest request) {
        RequestReaderSettings by = taking();
        RouterConfig config = by.config();
        boolean trusted = RouterFrontend.matches(by.trusted(), Requests.address(request));
        if (request.version() == HttpVersion.HTTP_2) {
            Http2Head.asHttp1(request.headers(), request.authority());
        }
        String id = RequestCheck.requestId(request.getHeader(RequestCheck.REQUEST_ID));
        Client client = new Client(
                request,
                id == null ? Trace.id(chance) : id,
                trusted,
                peers.apply(request.connection()),
                by.accessLog(),
                counters,
                rejections::discard);
        client.record().joins(Spans.of(config, request.headers(), chance, clock));
        RequestTarget target = RequestTarget.parse(Requests.uri(request));
        if (target == null) {
            rejections.refuse(client, new Rejection(RequestCheck.BAD_REQUEST, "the request's target is not proper"));
            return;
        }
        Route route = by.routes().of(Requests.host(request.authority()), target);
        client.record().takes(route);
        boolean http11 = request.version() != HttpVersion.HTTP_1_0;
        String upgrade = target.own() || request.version() == HttpVersion.HTTP_2
                ? null
                : UpgradeRules.wanted(http11, request.headers());
        Rejection rejection = rejection(request, http11, config, target, route, upgrade);
        if (rejection != null) {
            rejections.refuse(client, rejection);
            return;
        }
        if (target.own() && target.outcomeKey() == null) {
            client.say(NOT_FOUND, "there is nothing here", ResponseInfo.NONE);
            return;
        }
        if (target.outcomeKey() != null && refusesToClose(config, client, target)) {
            return;
        }
        if (!target.own() && refusesToServe(by, client, route)) {
            return;
        }
        Group group = groups.of(target.own() ? VmState.ANY_GROUP : Routes.group(route));
        String lack = lack(by, group, upgrade != null);
        if (lack != null) {
            counters.shed.increment();
            client.say(UNAVAILABLE, lack, ResponseInfo.NONE);
            return;
        }
        admission.entered(group);
        client.sticks(target.own() ? null : by.affinities().of(route, request.headers()));
        if (upgrade == null && request.headers().contains("Expect", "100-continue", true)) {
            request.response().writeContinue();
        }
        if (route.resubmit()) {
            bodies.read(
                    client,
                    group,
                    config,
                    body -> listener.taken(client, submissions.make(by, client, target, route, group, body, null)));
        } else {
            Submission submission = submissions.make(by, client, target, route, group, null, upgrade);
            if (submission.passing() != null) {
                request.pause();
            }
            listener.taken(client, submission);
        }
    }

    /** Why there is no room for one more; null when there is. */
    private @Nullable String lack(RequestReaderSettings by, Group group, boolean upgrade) {
        RouterConfig config = by.config();
        if (!admission.hasRoom(group, config.limits(), by.groups().size())) {
            return "no room at the moment; nothing was done: send it again later";
        }
        int upgradesMax = config.frontend().protocols().upgradesMax();
        return upgrade && counters.upgraded.get() >= upgradesMax ? Tunnels.tooMany(upgradesMax) : null;
    }

    private static @Nullable Rejection rejection(
            HttpServerRequest request,
            boolean http11,
            RouterConfig config,
            RequestTarget target,
            Route route,
            @Nullable String upgrade) {
        String method = request.method().name();
        if (request.version() == HttpVersion.HTTP_2) {
            Rejection improper = Http2Head.rejection(method, Requests.uri(request), request.headers(), config.limits());
            if (improper != null) {
                return improper;
            }
        }
        Rejection rejection = RequestCheck.rejection(
                method,
                http11,
                request.headers(),
                route.resubmit() ? config.limits().bodyMax() : -1);
        if (rejection == null && Grpc.isCall(request)) {
            return Grpc.rejection(target, route);
        }
        return rejection != null || upgrade == null
                ? rejection
                : UpgradeRules.rejection(upgrade, method, request.headers(), target, route);
    }

    /** Refuses who would close a key and may not: whoever closes a key takes its submission away from the client that made it. */
    private static boolean refusesToClose(RouterConfig config, Client client, RequestTarget target) {
        boolean post = client.request().method().equals(HttpMethod.POST);
        if (!post && target.fence()) {
            client.say(METHOD_NOT_ALLOWED, "a key is closed by POST, with the router's admin.token", ResponseInfo.NONE);
            return true;
        }
        String token = config.adminToken();
        if (post && (token == null || !Bearer.shows(client.request(), token))) {
            String need = token == null ? "set admin.token in the router's file" : "show the router's admin.token";
            client.say(FORBIDDEN, "closing a key needs a right: " + need, ResponseInfo.NONE);
            return true;
        }
        return false;
    }

    /** Refuses what no VM is to get. */
    private static boolean refusesToServe(RequestReaderSettings by, Client client, Route route) {
        if (!Routes.allows(route, client.request().method().name())) {
            client.request().response().putHeader("Allow", Routes.allowed(route));
            client.say(METHOD_NOT_ALLOWED, "this method is not passed on here", ResponseInfo.NONE);
            return true;
        }
        if (!by.groups().contains(Routes.group(route))) {
            client.say(
                    NOT_FOUND,
                    "no application is here: no route leads from this host and path to VMs",
                    ResponseInfo.NONE);
            return true;
        }
        return false;
    }

    @Override
    public void unread(HttpConnection connection, int status) {
        counters.malformed.increment();
        if (status > 0) {
            counters.answers.record(AnswerTimes.NONE, null, status, 0);
        }
        line(connection, status, status == RequestCheck.TIMEOUT ? Passage.Cause.CLIENT_SLOW : Passage.Cause.ROUTER);
    }

    @Override
    public void unreadBody(HttpConnection connection, long stream, int status) {
        counters.malformed.increment();
        bodies.unread(connection, stream, status);
    }

    @Override
    public void noRoom(HttpConnection connection) {
        counters.shed.increment();
        line(connection, 0, Passage.Cause.ROOM);
    }

    /** For what was refused before there was a request; a status of 0 when nothing was answered. */
    private void line(HttpConnection connection, int status, Passage.Cause why) {
        Passage passage = new Passage(0);
        passage.ends(why);
        String address = Requests.address(connection.remoteAddress());
        taking().accessLog()
                .write(AccessLog.Line.unread(address, status, passage.termination(), peers.apply(connection)));
    }

    /** Time passes: those whose bodies do not come are refused. */
    public void tick(long nowMillis) {
        bodies.tick(nowMillis);
        rejections.tick(nowMillis);
    }
}
