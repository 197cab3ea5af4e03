package io.gemel.router.client;

import io.gemel.router.http.Requests;
import io.gemel.router.http.StrictHttp;
import io.gemel.router.http.TlsPeer;
import io.gemel.router.report.RouterCounters;
import io.gemel.router.request.Affinity;
import io.gemel.router.request.ClientCertificate;
import io.gemel.router.request.HeaderRules;
import io.gemel.router.request.RequestCheck;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map.Entry;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The client of one request: answers it once. Confined to one event loop. */
public final class Client {
    private static final int NOT_MODIFIED = 304;

    private final HttpServerRequest request;
    private final String id;
    private final RequestRecord record;
    private final boolean trusted;
    private final @Nullable TlsPeer tls;
    private final RouterCounters counters;
    private final Consumer<HttpServerRequest> onUnread;
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
            RouterCounters counters,
            Consumer<HttpServerRequest> onUnread) {
        this.trusted = trusted;
        this.tls = tls;
        this.onUnread = onUnread;
        this.request = request;
        this.id = id;
        this.counters = counters;
        record = new RequestRecord(request, id, tls, log, counters);
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

    /** Ends a request whose answer cannot come to its end, so that half of one does not look like a whole one. */
    private void breakOff() {
        if (Requests.isOneOfMany(request)) {
            request.response().reset(Http2Error.INTERNAL_ERROR.code()).onComplete(unused -> {});
        } else {
            request.connection().close().onComplete(unused -> {});
        }
    }

    public boolean gone() {
        return request.response().closed();
    }

    public HttpServerRequest request() {
        return request;
    }

    /** The record of its request for the access log. */
    public RequestRecord record() {
        return record;
    }

    /** The request's id, the client's own if it has one. */
    public String id() {
        return id;
    }

    boolean trusted() {
        return trusted;
    }

    /**
     * Identity in its certificate; null without one, and behind a trusted proxy, whose certificate is not its clients'.
     */
    @Nullable
    public ClientCertificate certificate() {
        return tls == null || trusted ? null : tls.certificate();
    }

    /** Its address. */
    public String address() {
        return Requests.address(request);
    }

    /** An answer of the router's own. */
    public void say(int status, String text, ResponseInfo info) {
        say(status, text, 1, info);
    }

    /**
     * An answer of the router's own.
     *
     * @param retrySeconds with a status of 503: when it is worth while to ask again
     */
    public void say(int status, String text, long retrySeconds, ResponseInfo info) {
        record.refused(status);
        HttpServerResponse response = begin(status, info);
        response.putHeader("Content-Type", "text/plain; charset=utf-8").putHeader("Cache-Control", "no-store");
        if (status == 503) {
            response.putHeader("Retry-After", Long.toString(retrySeconds));
        }
        boolean unread = !request.isEnded();
        if (unread && !Requests.isOneOfMany(request)) {
            response.putHeader("Connection", "close");
        }
        Buffer body = Buffer.buffer(text + "\n");
        finish(response, body, body.length(), status, info);
        if (unread) {
            onUnread.accept(request);
        }
    }

    /** A VM's answer; what of it is still to come is passed on as it comes. */
    public void pass(VmAnswer answer, ResponseInfo info) {
        HttpServerResponse response = begin(answer.status(), info);
        MultiMap headers = response.headers();
        putHeaders(headers, answer, info);
        String length = answer.headers().get("Content-Length");
        boolean bodiless = request.method().equals(HttpMethod.HEAD) || answer.status() == NOT_MODIFIED;
        if (length != null && (bodiless || answer.rest() != null)) {
            headers.set("Content-Length", length);
        }
        Rest rest = answer.rest();
        if (rest == null) {
            putTrailers(response, answer.trailers());
            finish(response, answer.body(), answer.body().length(), answer.status(), info);
            return;
        }
        if (length == null) {
            response.setChunked(true);
        }
        record.enters(Passage.Phase.DATA);
        // The VM must not write for a client that has left, even if nothing is to be written just then.
        response.closeHandler(unused -> answer.discardRest());
        response.write(answer.body())
                .compose(written -> rest.to(response))
                .compose(passed -> {
                    putTrailers(response, rest.trailers());
                    return response.end();
                })
                .onComplete(done -> {
                    boolean left = done.failed() && gone();
                    if (done.failed()) {
                        record.ends(left ? Passage.Cause.CLIENT : Passage.Cause.VM);
                        answer.discardRest();
                        breakOff();
                    }
                    if (left) {
                        record.leftAmidst(response.bytesWritten(), info);
                    } else {
                        record.answered(answer.status(), response.bytesWritten(), info);
                    }
                });
    }

    /**
     * A VM's answer that switches its connection to another protocol.
     *
     * @return the connection, with no HTTP in its pipeline
     */
    Future<Channel> switches(VmAnswer answer, ResponseInfo info) {
        HttpServerResponse response = begin(answer.status(), info);
        MultiMap headers = response.headers();
        putHeaders(headers, answer, info);
        headers.set(HttpHeaders.CONNECTION, HttpHeaders.UPGRADE);
        headers.set("Upgrade", answer.headers().getAll("Upgrade"));
        return request.toNetSocket().map(socket -> {
            record.switched(answer.status(), info);
            return StrictHttp.withoutHttp(socket);
        });
    }

    private void putHeaders(MultiMap headers, VmAnswer answer, ResponseInfo info) {
        for (Entry<String, String> header : HeaderRules.towardsClient(answer.headers())) {
            headers.add(header.getKey(), header.getValue());
        }
        String cookie = affinity == null ? null : affinity.setCookie(info.vm(), isSecure());
        if (cookie != null) {
            headers.add(HttpHeaders.SET_COOKIE, cookie);
        }
    }

    /** To clients of HTTP/2 only: others may have no place for them. */
    private void putTrailers(HttpServerResponse response, MultiMap trailers) {
        if (Requests.isOneOfMany(request)) {
            for (Entry<String, String> trailer : HeaderRules.towardsClient(trailers)) {
                response.trailers().add(trailer.getKey(), trailer.getValue());
            }
        }
    }

    /** Whether it came by https, as far as this router knows or a trusted proxy says. */
    private boolean isSecure() {
        return request.isSSL() || (trusted && "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto")));
    }

    private HttpServerResponse begin(int status, ResponseInfo info) {
        HttpServerResponse response = request.response().setStatusCode(status);
        response.putHeader(RequestCheck.REQUEST_ID, id);
        put(response, "Idempotency-Key", info.key());
        put(response, "Gemel-Outcome", info.outcome());
        if (info.attempts() > 0) {
            response.putHeader("Gemel-Attempts", Integer.toString(info.attempts()));
        }
        put(response, "Gemel-Site", info.site());
        put(response, "Gemel-Vm", info.vm());
        put(response, "Gemel-Durability", info.durability());
        return response;
    }

    private static void put(HttpServerResponse response, String name, @Nullable String value) {
        if (value != null) {
            response.putHeader(name, value);
        }
    }

    private void finish(HttpServerResponse response, Buffer body, long bytes, int status, ResponseInfo info) {
        boolean bodiless = request.method().equals(HttpMethod.HEAD) || status == NOT_MODIFIED || status == 204;
        counters.bodyBytes.addAndGet(bytes);
        (bodiless || body.length() == 0 ? response.end() : response.end(body))
                .onComplete(done -> counters.bodyBytes.addAndGet(-bytes));
        record.answered(status, bytes, info);
    }
}
