package io.gemel.deploy.status;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.HostPort;
import io.gemel.deploy.config.Secret;
import io.gemel.figure.Figures;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Answers {@code /health}, {@code /ready}, {@code /status} (JSON) and {@code /metrics} (Prometheus text) over plain HTTP, on a few threads of
 * its own, and what transaction routers ask below {@code /router/}.
 */
public final class StatusServer implements AutoCloseable {
    private static final int THREADS_MAX = 4;
    private static final int WAITING_MAX = 64;
    private final HttpServer server;
    private final ExecutorService threads;
    private final Supplier<StatusReport> report;
    private final RouterEndpoints routers;

    private StatusServer(HttpServer server, Supplier<StatusReport> report, RouterEndpoints routers) {
        this.server = server;
        this.report = report;
        this.routers = routers;
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
     * @param desk answers routers
     * @param token what routers must show; empty when they need not
     * @throws CommandException when it cannot listen there
     */
    public static StatusServer start(HostPort listen, Supplier<StatusReport> report, RouterApi desk, Secret token)
            throws CommandException {
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress(listen.host(), listen.port()), WAITING_MAX);
            StatusServer server = new StatusServer(http, report, new RouterEndpoints(desk, token));
            http.createContext("/", server::handle);
            http.createContext(RouterEndpoints.PATH, server.routers::handle);
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
        answer(exchange.getRequestMethod(), exchange.getRequestURI().getPath()).send(exchange);
    }

    private HttpAnswer answer(String method, String path) {
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return HttpAnswer.text(405, "only GET and HEAD are supported here");
        }
        try {
            return switch (path) {
                case "/health" -> health(report.get());
                case "/ready" -> ready(report.get());
                case "/status" -> HttpAnswer.json(200, report.get());
                case "/metrics" -> metrics(report.get());
                default -> HttpAnswer.text(404, "see /health, /ready, /status and /metrics");
            };
        } catch (RuntimeException e) {
            // The top of this thread: a broken figure must be seen by who asked for it, and not end the server.
            return HttpAnswer.text(500, "the status cannot be reported: " + e);
        }
    }

    /** Alive as long as it may still come to work by itself; a halted site waits for a person, and a restart would not help. */
    private static HttpAnswer health(StatusReport now) {
        return now.state() == SideState.CLOSED ? HttpAnswer.text(503, "closed") : HttpAnswer.text(200, "ok");
    }

    private static HttpAnswer ready(StatusReport now) {
        if (now.isReady()) {
            return HttpAnswer.text(200, "ok");
        }
        List<String> blockers = now.blockers();
        String why = blockers.isEmpty() ? "" : ": " + String.join("\n", blockers);
        return HttpAnswer.text(503, now.state().word() + why);
    }

    private static HttpAnswer metrics(StatusReport now) {
        return new HttpAnswer(200, Figures.PROMETHEUS, StatusFigures.ALL.prometheus(now, "site", now.site()));
    }

    /** Stops listening; requests in hand are cut off. */
    @Override
    public void close() {
        server.stop(0);
        routers.close();
        threads.shutdownNow();
    }
}
