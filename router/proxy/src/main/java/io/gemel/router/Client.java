package io.gemel.router;

import io.gemel.router.RouterConfig.Route;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import java.util.Map.Entry;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The client of one request: answers it once, and writes the line of the access log. Confined to one event loop. */
final class Client {
    private static final int NOT_MODIFIED = 304;

    /** What the access log says of a client that left before it was answered; nginx's number for it. */
    private static final int LEFT = 499;

    /** The same of whom nothing was answered. */
    private static final int NOTHING = 0;

    private final HttpServerRequest request;
    private final String id;
    private final AccessLog log;
    private final boolean trusted;
    private final @Nullable TlsPeer tls;
    private final Figures figures;
    private final Consumer<HttpServerRequest> onUnread;
    private final Passage passage = new Passage(System.nanoTime());
    private boolean logged;
    private @Nullable Spans spans;
    private String route = AnswerTimes.NONE;
    private @Nullable Affinity affinity;

    /**
     * The client of a request.
     *
     * @param id of the request, for whoever looks for it in the logs of router and VMs
     * @param trusted whether it is a proxy that is believed where requests came from
     * @param tls what the handshake of its connection told; null for a connection without TLS
     * @param log gets a line for the answer
     * @param onUnread hears of a request that was answered before its body had come
     */
    Client(
            HttpServerRequest request,
            String id,
            boolean trusted,
            @Nullable TlsPeer tls,
            AccessLog log,
            Figures figures,
            Consumer<HttpServerRequest> onUnread) {
        this.trusted = trusted;
        this.tls = tls;
        this.onUnread = onUnread;
        this.request = request;
        this.id = id;
        this.log = log;
        this.figures = figures;
    }

    /** Says which route it takes. */
    void takes(Route route) {
        this.route = route.name();
    }

    /** Says to which VM it shall come back; null when that does not matter. */
    void sticks(@Nullable Affinity wanted) {
        affinity = wanted;
    }

    /** The VM to which it shall come back; null for any. */
    @Nullable
    String wantedVm() {
        return affinity == null ? null : affinity.vm();
    }

    /** Whether a request has not its connection for itself: then its stream ends, and nothing else. */
    static boolean isOneOfMany(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_2;
    }

    /** Ends a request whose answer cannot come to its end, so that half of one does not look like a whole one. */
    private void breakOff() {
        if (isOneOfMany(request)) {
            request.response().reset(Http2Error.INTERNAL_ERROR.code()).onComplete(unused -> {});
        } else {
            request.connection().close().onComplete(unused -> {});
        }
    }

    boolean gone() {
        return request.response().closed();
    }

    HttpServerRequest request() {
        return request;
    }

    /** The request's id, the client's own if it has one. */
    String id() {
        return id;
    }

    boolean trusted() {
        return trusted;
    }

    /** Who it is by its certificate; null for nobody, and behind a trusted proxy, whose certificate is not its clients'. */
    @Nullable
    ClientCertificate certificate() {
        return tls == null || trusted ? null : tls.certificate();
    }

    /** Its request belongs to a trace; null for none. */
    void joins(@Nullable Spans spans) {
        this.spans = spans;
    }

    /** The trace that its request belongs to; null for none. */
    @Nullable
    String traceId() {
        if (spans != null) {
            return spans.traceId();
        }
        Trace passing = Trace.parse(request.headers().getAll(Trace.PARENT));
        return passing == null ? null : passing.id();
    }

    /** Its request is about to be sent to a VM; headers get the span of that. */
    void traces(String vm, MultiMap headers) {
        if (spans != null) {
            spans.begin(vm, headers);
        }
    }

    /** Its request comes back from the VM. */
    void returns(Ending ending) {
        enters(Passage.Phase.QUEUE);
        if (spans != null) {
            spans.end(ending);
        }
    }

    /** Its request is somewhere else now. */
    void enters(Passage.Phase phase) {
        passage.enters(phase, System.nanoTime());
    }

    /** What ends its request before a VM has answered it as a whole; the first that is told counts. */
    void ends(Passage.Cause cause, Passage.Phase where) {
        passage.ends(cause, where);
    }

    /** Where it calls from. */
    String address() {
        return address(request);
    }

    /** The target of a request; empty for one of HTTP/2 that has none. */
    static String uri(HttpServerRequest request) {
        return Objects.requireNonNullElse(request.uri(), "");
    }

    static String address(HttpServerRequest request) {
        return address(request.remoteAddress());
    }

    /** Where a connection comes from. */
    static String address(@Nullable SocketAddress remote) {
        return remote == null || remote.hostAddress() == null ? "unknown" : remote.hostAddress();
    }

    /** An answer of the router's own. */
    void say(int status, String text, Story story) {
        say(status, text, 1, story);
    }

    /** @param retrySeconds with a status of 503: when it is worth while to ask again */
    void say(int status, String text, long retrySeconds, Story story) {
        passage.refused(status);
        HttpServerResponse response = begin(status, story);
        response.putHeader("Content-Type", "text/plain; charset=utf-8").putHeader("Cache-Control", "no-store");
        if (status == 503) {
            response.putHeader("Retry-After", Long.toString(retrySeconds));
        }
        boolean unread = !request.isEnded();
        if (unread && !isOneOfMany(request)) {
            response.putHeader("Connection", "close");
        }
        Buffer body = Buffer.buffer(text + "\n");
        finish(response, body, body.length(), status, story);
        if (unread) {
            onUnread.accept(request);
        }
    }

    /** A VM's answer; what of it is still to come is passed on as it comes. */
    void pass(VmAnswer answer, Story story) {
        HttpServerResponse response = begin(answer.status(), story);
        MultiMap headers = response.headers();
        putHeaders(headers, answer, story);
        String length = answer.headers().get("Content-Length");
        boolean bodiless = request.method().equals(HttpMethod.HEAD) || answer.status() == NOT_MODIFIED;
        if (length != null && (bodiless || answer.rest() != null)) {
            headers.set("Content-Length", length);
        }
        HttpClientResponse rest = answer.rest();
        if (rest == null) {
            finish(response, answer.body(), answer.body().length(), answer.status(), story);
            return;
        }
        if (length == null) {
            response.setChunked(true);
        }
        enters(Passage.Phase.DATA);
        // The VM must not write for a client that has left, even if nothing is to be written just then.
        response.closeHandler(unused -> answer.discardRest());
        response.write(answer.body())
                .compose(written -> rest.pipe().endOnFailure(false).to(response))
                .onComplete(done -> {
                    boolean left = done.failed() && gone();
                    if (done.failed()) {
                        passage.ends(left ? Passage.Cause.CLIENT : Passage.Cause.VM);
                        answer.discardRest();
                        breakOff();
                    }
                    log(left ? LEFT : answer.status(), response.bytesWritten(), story);
                });
    }

    /**
     * A VM's answer that switches its connection to another protocol.
     *
     * @return the connection, with no HTTP in its pipeline
     */
    Future<Channel> switches(VmAnswer answer, Story story) {
        HttpServerResponse response = begin(answer.status(), story);
        MultiMap headers = response.headers();
        putHeaders(headers, answer, story);
        headers.set(HttpHeaders.CONNECTION, HttpHeaders.UPGRADE);
        headers.set("Upgrade", answer.headers().getAll("Upgrade"));
        return request.toNetSocket().map(socket -> {
            figures.latencies.record(micros());
            figures.answers.record(route, story.vm(), answer.status(), micros());
            return StrictHttp.withoutHttp(socket);
        });
    }

    /** Its connection, which was switched to another protocol, has ended. */
    void ended(long bytes, Story story) {
        line(UpgradeRules.SWITCHING_PROTOCOLS, bytes, story);
    }

    /** It left, and gets no answer. */
    void left(Story story) {
        passage.ends(Passage.Cause.CLIENT);
        access(LEFT, 0, story);
    }

    /** Its body was not proper, and it was answered so before anything else of it was looked at. */
    void refusedBelow(int status) {
        passage.refused(status);
        access(status, 0, Story.NONE);
    }

    /** The router ends before its request does. */
    void cutOff(Story story) {
        passage.ends(Passage.Cause.END);
        access(NOTHING, 0, story);
    }

    private void putHeaders(MultiMap headers, VmAnswer answer, Story story) {
        for (Entry<String, String> header : HeaderRules.towardsClient(answer.headers())) {
            headers.add(header.getKey(), header.getValue());
        }
        String cookie = affinity == null ? null : affinity.setCookie(story.vm(), isSecure());
        if (cookie != null) {
            headers.add(HttpHeaders.SET_COOKIE, cookie);
        }
    }

    /** Whether it came by https, as far as this router knows or a trusted proxy says. */
    private boolean isSecure() {
        return request.isSSL() || (trusted && "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto")));
    }

    private HttpServerResponse begin(int status, Story story) {
        HttpServerResponse response = request.response().setStatusCode(status);
        response.putHeader(RequestCheck.REQUEST_ID, id);
        put(response, "Idempotency-Key", story.key());
        put(response, "Gemel-Outcome", story.outcome());
        if (story.attempts() > 0) {
            response.putHeader("Gemel-Attempts", Integer.toString(story.attempts()));
        }
        put(response, "Gemel-Site", story.site());
        put(response, "Gemel-Vm", story.vm());
        put(response, "Gemel-Durability", story.durability());
        return response;
    }

    private static void put(HttpServerResponse response, String name, @Nullable String value) {
        if (value != null) {
            response.putHeader(name, value);
        }
    }

    private void finish(HttpServerResponse response, Buffer body, long bytes, int status, Story story) {
        boolean bodiless = request.method().equals(HttpMethod.HEAD) || status == NOT_MODIFIED || status == 204;
        figures.bodyBytes.addAndGet(bytes);
        (bodiless ? response.end() : response.end(body)).onComplete(done -> figures.bodyBytes.addAndGet(-bytes));
        log(status, bytes, story);
    }

    private void log(int status, long bytes, Story story) {
        figures.latencies.record(micros());
        access(status, bytes, story);
    }

    private long micros() {
        return passage.micros(System.nanoTime());
    }

    private void access(int status, long bytes, Story story) {
        figures.answers.record(route, story.vm(), status, micros());
        line(status, bytes, story);
    }

    /** Once, whatever becomes of it after that. */
    private void line(int status, long bytes, Story story) {
        if (logged) {
            return;
        }
        logged = true;
        enters(Passage.Phase.DATA);
        AccessLog.More more = new AccessLog.More(
                request.getHeader(HttpHeaders.HOST),
                request.version().alpnName(),
                request.getHeader(HttpHeaders.USER_AGENT),
                request.getHeader(HttpHeaders.REFERER),
                traceId(),
                request.bytesRead(),
                passage.queueMillis(),
                passage.vmMillis(),
                passage.termination(),
                tls);
        if (spans != null) {
            spans.write(request.method().name(), route, status, id, story);
        }
        log.write(new AccessLog.Line(
                address(), id, request.method().name(), path(), route, status, bytes, micros(), story, more));
    }

    /** Without the query, which may be private. */
    private String path() {
        String uri = uri(request);
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }
}
