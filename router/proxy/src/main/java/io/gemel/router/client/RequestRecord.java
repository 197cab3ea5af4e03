package io.gemel.router.client;

import io.gemel.router.api.Route;
import io.gemel.router.decision.AttemptResult;
import io.gemel.router.http.Requests;
import io.gemel.router.http.TlsPeer;
import io.gemel.router.report.AnswerTimes;
import io.gemel.router.report.RouterCounters;
import io.gemel.router.request.Trace;
import io.gemel.router.request.UpgradeRules;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * The record of one request: its phases and durations, its spans, its metrics, and its line in the access log. Confined
 * to one event loop.
 */
public final class RequestRecord {
    /** What the access log says of a client that left before it was answered; nginx's number for it. */
    private static final int LEFT = 499;

    /** The same of whom nothing was answered. */
    private static final int NOTHING = 0;

    private final HttpServerRequest request;
    private final String id;
    private final @Nullable TlsPeer tls;
    private final AccessLog log;
    private final RouterCounters counters;
    private final Passage passage = new Passage(System.nanoTime());
    private boolean logged;
    private @Nullable Spans spans;
    private String route = AnswerTimes.NONE;

    /**
     * The record of a request that has just come.
     *
     * @param tls what the handshake of its connection told; null for a connection without TLS
     */
    RequestRecord(HttpServerRequest request, String id, @Nullable TlsPeer tls, AccessLog log, RouterCounters counters) {
        this.request = request;
        this.id = id;
        this.tls = tls;
        this.log = log;
        this.counters = counters;
    }

    /** It takes this route. */
    void takes(Route route) {
        this.route = route.name();
    }

    /** It belongs to a trace; null for none. */
    void joins(@Nullable Spans spans) {
        this.spans = spans;
    }

    /** The trace that it belongs to; null for none. */
    @Nullable
    public String traceId() {
        if (spans != null) {
            return spans.traceId();
        }
        Trace passing = Trace.parse(request.headers().getAll(Trace.PARENT));
        return passing == null ? null : passing.id();
    }

    /** It is about to be sent to a VM; headers get the span of that. */
    public void traces(String vm, MultiMap headers) {
        if (spans != null) {
            spans.begin(vm, headers);
        }
    }

    /** It comes back from the VM. */
    public void returns(AttemptResult result) {
        enters(Passage.Phase.QUEUE);
        if (spans != null) {
            spans.end(result);
        }
    }

    /** It is somewhere else now. */
    public void enters(Passage.Phase phase) {
        passage.enters(phase, System.nanoTime());
    }

    /** What ends it before a VM has answered it as a whole, where it is; the first cause that is told counts. */
    void ends(Passage.Cause cause) {
        passage.ends(cause);
    }

    /** The same, and where that was. */
    public void ends(Passage.Cause cause, Passage.Phase where) {
        passage.ends(cause, where);
    }

    /** The router answers it itself. */
    void refused(int status) {
        passage.refused(status);
    }

    /** It is answered; a line tells so. */
    void answered(int status, long bytes, ResponseInfo info) {
        counters.latencies.record(micros());
        count(status, info);
        line(status, bytes, info);
    }

    /** Its connection goes on with another protocol; the line follows at its {@link #ended end}. */
    void switched(int status, ResponseInfo info) {
        counters.latencies.record(micros());
        count(status, info);
    }

    /** Its connection, which was switched to another protocol, has ended. */
    void ended(long bytes, ResponseInfo info) {
        line(UpgradeRules.SWITCHING_PROTOCOLS, bytes, info);
    }

    /** Its client left while the answer was passed on. */
    void leftAmidst(long bytes, ResponseInfo info) {
        answered(LEFT, bytes, info);
    }

    /** Its client left, and gets no answer. */
    public void left(ResponseInfo info) {
        passage.ends(Passage.Cause.CLIENT);
        count(LEFT, info);
        line(LEFT, 0, info);
    }

    /** Its body was not proper, and it was answered so before anything else of it was looked at. */
    void refusedBelow(int status) {
        passage.refused(status);
        count(status, ResponseInfo.NONE);
        line(status, 0, ResponseInfo.NONE);
    }

    /** The router ends before it does. */
    public void cutOff(ResponseInfo info) {
        passage.ends(Passage.Cause.END);
        count(NOTHING, info);
        line(NOTHING, 0, info);
    }

    private long micros() {
        return passage.micros(System.nanoTime());
    }

    private void count(int status, ResponseInfo info) {
        counters.answers.record(route, info.vm(), status, micros());
    }

    /** Once, whatever becomes of it after that. */
    private void line(int status, long bytes, ResponseInfo info) {
        if (logged) {
            return;
        }
        logged = true;
        enters(Passage.Phase.DATA);
        if (spans != null) {
            spans.write(request.method().name(), route, status, id, info);
        }
        if (log.isOn()) {
            log.write(new AccessLog.Line(
                    Requests.address(request),
                    id,
                    request.method().name(),
                    Requests.path(request),
                    route,
                    status,
                    bytes,
                    micros(),
                    info,
                    more()));
        }
    }

    private AccessLog.More more() {
        return new AccessLog.More(
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
    }
}
