package io.gemel.vm;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.gemel.vm.ProtocolHeaders.Reply;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;

/**
 * A VM behind the JDK's own HTTP server: one handler for the router's requests, under {@code /gemel/}, and one for the
 * application's submissions. They run on the server's executor, so heartbeats use the same threads as the work.
 */
public final class VmHandler {
    private static final int TOO_LARGE = 413;

    private static final int NO_BODY = -1;

    private VmHandler() {}

    /** What the application does with a submission. It may run several times, as {@link Work} may. */
    @FunctionalInterface
    public interface Application {
        /** As {@link Work#run}. */
        Answer answer(VmRequest request, Connection connection) throws Exception;
    }

    /** Answers heartbeats, questions for outcomes, and the wish to drain; for the context {@code /gemel/}. */
    public static HttpHandler endpoints(Vm vm) {
        Endpoints endpoints = new Endpoints(vm);
        return exchange -> {
            try (exchange) {
                exchange.getRequestBody().readNBytes(vm.config().limits().bodyBytesMax());
                URI target = exchange.getRequestURI();
                send(
                        exchange,
                        endpoints.reply(
                                exchange.getRequestMethod(),
                                target.getRawPath(),
                                target.getRawQuery(),
                                exchange.getRequestHeaders()::getFirst));
            }
        };
    }

    /** Runs every request as a submission; for contexts whose requests change something. A request without a key is refused. */
    public static HttpHandler submissions(Vm vm, Application application) {
        return exchange -> {
            try (exchange) {
                int max = vm.config().limits().bodyBytesMax();
                byte[] body = exchange.getRequestBody().readNBytes(max + 1);
                if (body.length > max) {
                    VmUnreadBody.discard(exchange.getRequestBody());
                }
                Result result = body.length > max
                        ? Answers.notASubmission(TOO_LARGE, "the body has more than " + max + " bytes")
                        : submit(vm, application, exchange, body);
                send(exchange, Reply.of(result));
            }
        };
    }

    private static Result submit(Vm vm, Application application, HttpExchange exchange, byte[] body) {
        String method = exchange.getRequestMethod();
        Submission submission;
        try {
            submission = ProtocolHeaders.submission(
                    exchange.getRequestHeaders()::getFirst,
                    vm.clock(),
                    vm.config().limits());
        } catch (IllegalArgumentException e) {
            return Answers.notASubmission(String.valueOf(e.getMessage()));
        }
        if (submission.fingerprint() == null) {
            submission = submission.withFingerprint(
                    Submission.fingerprintOf(method, exchange.getRequestURI().toString(), body));
        }
        VmRequest request =
                new VmRequest(submission, method, exchange.getRequestURI(), exchange.getRequestHeaders(), body);
        return vm.submit(submission, connection -> application.answer(request, connection));
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        Answer answer = reply.answer();
        if (answer.contentType() != null) {
            exchange.getResponseHeaders().set("Content-Type", answer.contentType());
        }
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        if (reply.outcome() != null) {
            exchange.getResponseHeaders()
                    .set(ProtocolHeaders.OUTCOME, reply.outcome().word());
        }
        byte[] body = answer.body();
        boolean silent = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(answer.status(), silent ? NO_BODY : body.length);
        if (!silent) {
            exchange.getResponseBody().write(body);
        }
    }
}
