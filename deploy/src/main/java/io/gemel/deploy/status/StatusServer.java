package io.gemel.deploy.status;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Answers {@code /health}, {@code /ready}, {@code /status} (JSON) and {@code /metrics} (Prometheus text) over plain HTTP, on a few threads of
 * its own. It only tells; nothing can be changed through it.
 */
public final class StatusServer implements AutoCloseable {
    private static final int THREADS_MAX = 4;
    private static final int WAITING_MAX = 64;
    private static final String PLAIN_TEXT = "text/plain; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService threads;
    private final Supplier<StatusReport> report;

    private record Answer(int code, String contentType, String body) {}

    private StatusServer(HttpServer server, Supplier<StatusReport> report) {
        this.server = server;
        this.report = report;
        AtomicInteger number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                THREADS_MAX, THREADS_MAX, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING_MAX), work -> {
                    Thread thread = new Thread(work, "status-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * Starts listening.
     *
     * @param listen the address; port 0 takes a free one
     * @param report gives the current figures; called on this server's threads for each request, so it must be quick and thread-safe
     * @throws CommandException when it cannot listen there
     */
    public static StatusServer start(HostPort listen, Supplier<StatusReport> report) throws CommandException {
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress(listen.host(), listen.port()), WAITING_MAX);
            StatusServer server = new StatusServer(http, report);
            http.createContext("/", server::handle);
            http.setExecutor(server.threads);
            http.start();
            return server;
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FINDING,
                    "cannot listen on " + listen + " (" + e.getMessage() + ")",
                    "stop the process that uses the address, or change status.listen",
                    e);
        }
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer =
                    answer(exchange.getRequestMethod(), exchange.getRequestURI().getPath());
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.contentType());
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            boolean withBody = !exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.code(), withBody ? body.length : -1);
            if (withBody) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private Answer answer(String method, String path) {
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return new Answer(405, PLAIN_TEXT, "only GET is answered here\n");
        }
        try {
            return switch (path) {
                case "/health" -> health(report.get());
                case "/ready" -> ready(report.get());
                case "/status" -> new Answer(200, "application/json", StatusJson.write(report.get()) + "\n");
                case "/metrics" -> new Answer(200, Metrics.CONTENT_TYPE, Metrics.text(report.get()));
                default -> new Answer(404, PLAIN_TEXT, "see /health, /ready, /status and /metrics\n");
            };
        } catch (RuntimeException e) {
            // The top of this thread: a broken figure must be seen by who asked for it, and not end the server.
            return new Answer(500, PLAIN_TEXT, "the status cannot be told: " + e + "\n");
        }
    }

    /** Alive as long as it may still come to work by itself; a halted site waits for a person, and a restart would not help. */
    private static Answer health(StatusReport now) {
        return now.state() == SideState.CLOSED
                ? new Answer(503, PLAIN_TEXT, "closed\n")
                : new Answer(200, PLAIN_TEXT, "ok\n");
    }

    private static Answer ready(StatusReport now) {
        if (now.state() == SideState.RUNNING) {
            return new Answer(200, PLAIN_TEXT, "ok\n");
        }
        String reason = now.reason().isEmpty() ? "" : ": " + now.reason();
        return new Answer(503, PLAIN_TEXT, now.state().word() + reason + "\n");
    }

    /** Stops listening; requests in hand are cut off. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
