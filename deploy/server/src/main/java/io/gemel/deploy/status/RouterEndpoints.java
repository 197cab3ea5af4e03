package io.gemel.deploy.status;

import com.sun.net.httpserver.HttpExchange;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.status.RouterApi.SiteView;
import io.gemel.deploy.status.RouterApi.Termination;
import io.gemel.deploy.status.RouterRequest.BadParameterException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The paths below {@code /router/}. Requests that wait do so on threads of their own, so that neither the status nor one another's kind
 * waits behind them; more than a fixed number at once are refused.
 */
final class RouterEndpoints implements AutoCloseable {
    static final String PATH = "/router/";

    /** Requests for a barrier or for durability that wait at the same time. */
    static final int WAITING_MAX = 256;

    /** Requests that end sessions at the same time. */
    static final int TERMINATING_MAX = 8;

    private static final Logger LOG = LoggerFactory.getLogger(RouterEndpoints.class);
    private static final int THREAD_IDLE_SECONDS = 30;

    private final RouterApi desk;
    private final byte[] expected; // of the Authorization header; empty when none is asked for
    private final ExecutorService waiting = threads("waiting", WAITING_MAX);
    private final ExecutorService terminating = threads("terminating", TERMINATING_MAX);

    RouterEndpoints(RouterApi desk, Secret token) {
        this.desk = desk;
        expected = token.text().isEmpty() ? new byte[0] : bytes("Bearer " + token.text());
    }

    private static ExecutorService threads(String role, int max) {
        return new ThreadPoolExecutor(0, max, THREAD_IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
            Thread thread = new Thread(work, "router-" + role);
            thread.setDaemon(true);
            return thread;
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What is done for a request, on a thread that may wait. */
    @FunctionalInterface
    private interface Work {
        HttpAnswer answer() throws InterruptedException;
    }

    /** Answers, or hands the exchange to a thread that will; never waits. */
    void handle(HttpExchange exchange) throws IOException {
        if (!isAllowed(exchange)) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
            HttpAnswer.json(401, Map.of("reason", "send the site's router.token: Authorization: Bearer <token>"))
                    .send(exchange);
            return;
        }
        String method = exchange.getRequestMethod().equals("HEAD") ? "GET" : exchange.getRequestMethod();
        try {
            switch (method + " " + exchange.getRequestURI().getPath()) {
                case "GET /router/site" -> site(desk.site()).send(exchange);
                case "GET /router/barrier" -> hand(exchange, waiting, barrier(exchange));
                case "GET /router/durable" -> hand(exchange, waiting, durable(exchange));
                case "POST /router/terminate" -> hand(exchange, terminating, terminate(exchange));
                default ->
                    HttpAnswer.json(
                                    404,
                                    Map.of(
                                            "reason",
                                            "see GET /router/site, /router/barrier, /router/durable and POST"
                                                    + " /router/terminate"))
                            .send(exchange);
            }
        } catch (BadParameterException e) {
            HttpAnswer.json(400, Map.of("reason", String.valueOf(e.getMessage())))
                    .send(exchange);
        }
    }

    /** Compared in a time that does not tell how much of it is right. */
    private boolean isAllowed(HttpExchange exchange) {
        String shown = exchange.getRequestHeaders().getFirst("Authorization");
        return expected.length == 0 || MessageDigest.isEqual(expected, bytes(shown == null ? "" : shown));
    }

    private static HttpAnswer site(SiteView view) {
        return HttpAnswer.json(200, view);
    }

    private Work barrier(HttpExchange exchange) throws BadParameterException {
        RouterRequest request = new RouterRequest(exchange.getRequestURI());
        String origin = request.origin();
        String key = request.key();
        var limit = request.timeout();
        return () -> verdict("passed", desk.barrier(origin, key, limit));
    }

    private Work durable(HttpExchange exchange) throws BadParameterException {
        RouterRequest request = new RouterRequest(exchange.getRequestURI());
        RouterApi.Level level = request.level();
        var limit = request.timeout();
        return () -> verdict("reached", desk.durable(level, limit));
    }

    private Work terminate(HttpExchange exchange) throws BadParameterException {
        RouterRequest request = new RouterRequest(exchange.getRequestURI());
        String vm = request.vm();
        var age = request.age();
        return () -> {
            Termination done = desk.terminate(vm, age);
            LOG.info("ended {} sessions of VM {} {}", done.terminated(), vm, done.reason());
            return HttpAnswer.json(done.reason().isEmpty() ? 200 : 503, done);
        };
    }

    private static HttpAnswer verdict(String word, Optional<String> blocker) {
        Map<String, Object> verdict = new LinkedHashMap<>();
        verdict.put(word, blocker.isEmpty());
        blocker.ifPresent(reason -> verdict.put("reason", reason));
        return HttpAnswer.json(blocker.isEmpty() ? 200 : 503, verdict);
    }

    private static void hand(HttpExchange exchange, ExecutorService threads, Work work) throws IOException {
        try {
            threads.execute(() -> answer(exchange, work));
        } catch (RejectedExecutionException e) {
            HttpAnswer.json(503, Map.of("reason", "too many requests are waiting"))
                    .send(exchange);
        }
    }

    private static void answer(HttpExchange exchange, Work work) {
        try {
            answerOf(work).send(exchange);
        } catch (IOException e) {
            LOG.debug("a router disconnected before its answer", e);
        }
    }

    private static HttpAnswer answerOf(Work work) {
        try {
            return work.answer();
        } catch (InterruptedException e) {
            return HttpAnswer.json(503, Map.of("reason", "this process is shutting down"));
        } catch (RuntimeException e) {
            // The top of this thread: whoever asked must hear of it.
            LOG.error("a router's request failed", e);
            return HttpAnswer.json(500, Map.of("reason", e.toString()));
        }
    }

    /** Requests that wait are refused. */
    @Override
    public void close() {
        waiting.shutdownNow();
        terminating.shutdownNow();
    }
}
