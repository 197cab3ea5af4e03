package io.gemel.router.client;

import io.gemel.router.api.Route;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterFrontend;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.Group;
import io.gemel.router.decision.Groups;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.decision.VmState;
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
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.InstantSource;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests, in four steps: {@link #read}, {@link #route}, {@link #admit}, {@link #submit}. Each rejects malformed requests or those above the
 * limits. Confined to one event loop.
 */
public final class RequestReader implements OnUnread {
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    private final Settings settings;
    private final Groups groups;
    private final Admission admission;
    private final InstantSource clock;
    private final RouterCounters counters;
    private final RandomGenerator chance;
    private final SubmissionMaker submissions;
    private final Function<HttpConnection, @Nullable TlsPeer> peers;
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
            Function<HttpConnection, @Nullable TlsPeer> peers) {
        this.settings = settings;
        this.groups = groups;
        this.admission = admission;
        this.clock = clock;
        taking = RequestReaderSettings.of(settings.now(), clock);
        this.counters = counters;
        this.chance = chance;
        submissions = new SubmissionMaker(random);
        this.peers = peers;
        rejections = new Rejections(counters, awake);
        bodies = new Bodies(admission, rejections, awake);
    }

    private RequestReaderSettings taking() {
        if (!settings.areStill(taking.config())) {
            taking = RequestReaderSettings.of(settings.now(), clock);
        }
        return taking;
    }

    /**
     * Reads the head of a request.
     *
     * @return null for one that is not proper: it is refused
     */
    public @Nullable RequestHead read(HttpServerRequest request) {
        RequestReaderSettings by = taking();
        Client client = client(request, by);
        RequestTarget target = RequestTarget.parse(Requests.uri(request));
        if (target == null) {
            rejections.refuse(client, new Rejection(RequestCheck.BAD_REQUEST, "the request's target is malformed"));
            return null;
        }
        Route route = by.routes().of(Requests.host(request.authority()), target);
        client.record().takes(route);
        boolean http11 = request.version() != HttpVersion.HTTP_1_0;
        String upgrade = target.own() || request.version() == HttpVersion.HTTP_2
                ? null
                : UpgradeRules.wanted(http11, request.headers());
        Rejection rejection = RequestRules.rejection(request, http11, by.config(), target, route, upgrade);
        if (rejection != null) {
            rejections.refuse(client, rejection);
            return null;
        }
        return new RequestHead(by, client, target, route, upgrade);
    }

    private Client client(HttpServerRequest request, RequestReaderSettings by) {
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
        client.record().joins(Spans.of(by.config(), request.headers(), chance, clock));
        return client;
    }

    /**
     * The group whose VMs a request is for.
     *
     * @return null for one that none is to get: it is refused
     */
    public @Nullable Group route(RequestHead head) {
        RequestTarget target = head.target();
        if (target.own() && target.outcomeKey() == null) {
            head.client().say(NOT_FOUND, "there is nothing here", ResponseInfo.NONE);
            return null;
        }
        if (target.outcomeKey() != null && RequestRules.refusesToClose(head)) {
            return null;
        }
        if (!target.own() && RequestRules.refusesToServe(head)) {
            return null;
        }
        return groups.of(target.own() ? VmState.ANY_GROUP : Routes.group(head.route()));
    }

    /**
     * Takes a request in if there is room for it; it counts until somebody says that it has left.
     *
     * @return false when there is none: it is refused
     */
    public boolean admit(RequestHead head, Group group) {
        String lack = lack(head.by(), group, head.upgrade() != null);
        if (lack != null) {
            counters.shed.increment();
            head.client().say(UNAVAILABLE, lack, ResponseInfo.NONE);
            return false;
        }
        admission.entered(group);
        return true;
    }

    /**
     * Makes a submission of a request that was taken in, when its body is here, or is not to be kept.
     *
     * @param made gets it; not called for one whose body does not come, which is refused
     */
    public void submit(RequestHead head, Group group, BiConsumer<Client, Submission> made) {
        Client client = head.client();
        HttpServerRequest request = client.request();
        client.sticks(head.target().own() ? null : head.by().affinities().of(head.route(), request.headers()));
        if (head.upgrade() == null && request.headers().contains("Expect", "100-continue", true)) {
            request.response().writeContinue();
        }
        if (head.route().resubmit()) {
            bodies.read(
                    client,
                    group,
                    head.by().config(),
                    body -> made.accept(client, submissions.make(head, group, body)));
        } else {
            Submission submission = submissions.make(head, group, null);
            if (submission.passing() != null) {
                request.pause();
            }
            made.accept(client, submission);
        }
    }

    /** Why there is no room for one more; null when there is. */
    private @Nullable String lack(RequestReaderSettings by, Group group, boolean upgrade) {
        RouterConfig config = by.config();
        if (!admission.hasRoom(group, config.limits(), by.groups().size())) {
            return "overloaded; nothing was done: send it again later";
        }
        int upgradesMax = config.frontend().protocols().upgradesMax();
        return upgrade && counters.upgraded.get() >= upgradesMax ? Tunnels.tooMany(upgradesMax) : null;
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
