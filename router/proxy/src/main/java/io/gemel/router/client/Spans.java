package io.gemel.router.client;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterTraces;
import io.gemel.router.decision.AttemptResult;
import io.gemel.router.decision.Outcome;
import io.gemel.router.request.Trace;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The spans of one request in its trace: its own, and one for each attempt below that, which its VM gets as its parent. Those of a sampled
 * trace become one line, an object as OTLP has it in JSON. Confined to one event loop.
 */
final class Spans {
    private static final Logger LOG = LoggerFactory.getLogger("io.gemel.router.spans");

    private static final int SERVER = 2;
    private static final int CLIENT = 3;
    private static final int ERROR = 2;
    private static final int SERVER_ERROR = 500;

    private final Trace trace;
    private final String router;
    private final RandomGenerator random;
    private final String own;
    private final Instant start;
    private final long startNanos = System.nanoTime();
    private final List<Attempted> attempts = new ArrayList<>(1);

    private static final class Attempted {
        private final String id;
        private final long beginNanos = System.nanoTime();
        private long endNanos;
        private final String vm;
        private String how = "abandoned";

        Attempted(String id, String vm) {
            this.id = id;
            this.vm = vm;
        }
    }

    /**
     * Begins the request's own span.
     *
     * @param router the name of this one
     * @param start when that is
     */
    Spans(Trace trace, String router, RandomGenerator random, Instant start) {
        this.trace = trace;
        this.router = router;
        this.random = random;
        this.start = start;
        own = Trace.span(random);
    }

    /** Those of a request that has just come; null when this router takes no part in traces. */
    static @Nullable Spans of(RouterConfig config, MultiMap headers, RandomGenerator random, InstantSource clock) {
        RouterTraces by = config.frontend().traces();
        if (!by.on()) {
            return null;
        }
        Trace given = Trace.parse(headers.getAll(Trace.PARENT));
        Trace trace = given != null ? given : Trace.begin(random, by.samples(random));
        return new Spans(trace, config.name(), random, clock.instant());
    }

    String traceId() {
        return trace.id();
    }

    /** Begins an attempt's span, and tells it the VM. */
    void begin(String vm, MultiMap headers) {
        Attempted attempt = new Attempted(Trace.span(random), vm);
        attempts.add(attempt);
        headers.set(Trace.PARENT, trace.header(attempt.id));
        if (trace.parent() == null) {
            headers.remove(Trace.STATE); // it belongs to a trace that could not be read
        }
    }

    /** Ends the last attempt's span. */
    void end(AttemptResult result) {
        if (!attempts.isEmpty()) {
            Attempted last = attempts.get(attempts.size() - 1);
            last.endNanos = System.nanoTime();
            last.how = word(result);
        }
    }

    private static String word(AttemptResult result) {
        Outcome outcome = result.outcome();
        return outcome == null ? result.kind().word().replace('_', ' ') : outcome.word();
    }

    /** Ends them all and writes them. */
    void write(String method, String route, int status, String requestId, ResponseInfo info) {
        if (!trace.sampled() || !LOG.isInfoEnabled()) {
            return;
        }
        long endNanos = System.nanoTime();
        JsonArray spans = new JsonArray();
        JsonArray about = new JsonArray()
                .add(attribute("http.request.method", method))
                .add(attribute("http.route", route))
                .add(attribute("http.response.status_code", Integer.toString(status)))
                .add(attribute("gemel.request.id", requestId));
        if (info.outcome() != null) {
            about.add(attribute("gemel.outcome", info.outcome()));
        }
        spans.add(span(
                own,
                trace.parent(),
                method + " " + route,
                SERVER,
                startNanos,
                endNanos,
                about,
                status >= SERVER_ERROR || status == 0));
        for (int i = 0; i < attempts.size(); i++) {
            Attempted attempt = attempts.get(i);
            JsonArray of = new JsonArray()
                    .add(attribute("gemel.vm", attempt.vm))
                    .add(attribute("gemel.attempt", Integer.toString(i + 1)))
                    .add(attribute("gemel.ending", attempt.how));
            long end = attempt.endNanos == 0 ? endNanos : attempt.endNanos;
            boolean failed =
                    attempt.how.equals("broken") || attempt.how.equals("improper") || attempt.how.equals("not sent");
            spans.add(span(attempt.id, own, method, CLIENT, attempt.beginNanos, end, of, failed));
        }
        LOG.info("{}", batch(spans).encode());
    }

    private JsonObject batch(JsonArray spans) {
        JsonArray resource = new JsonArray()
                .add(attribute("service.name", "gemel-router"))
                .add(attribute("service.instance.id", router));
        JsonObject scope = new JsonObject()
                .put("scope", new JsonObject().put("name", "io.gemel.router"))
                .put("spans", spans);
        return new JsonObject()
                .put(
                        "resourceSpans",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("resource", new JsonObject().put("attributes", resource))
                                        .put("scopeSpans", new JsonArray().add(scope))));
    }

    private JsonObject span(
            String id,
            @Nullable String parent,
            String name,
            int kind,
            long beginNanos,
            long endNanos,
            JsonArray attributes,
            boolean failed) {
        JsonObject span = new JsonObject().put("traceId", trace.id()).put("spanId", id);
        if (parent != null) {
            span.put("parentSpanId", parent);
        }
        span.put("name", name)
                .put("kind", kind)
                .put("startTimeUnixNano", unixNanos(beginNanos))
                .put("endTimeUnixNano", unixNanos(endNanos))
                .put("attributes", attributes);
        return failed ? span.put("status", new JsonObject().put("code", ERROR)) : span;
    }

    private String unixNanos(long nanos) {
        Instant at = start.plusNanos(nanos - startNanos);
        return Long.toString(at.getEpochSecond() * 1_000_000_000L + at.getNano());
    }

    private static JsonObject attribute(String name, String value) {
        return new JsonObject().put("key", name).put("value", new JsonObject().put("stringValue", value));
    }
}
