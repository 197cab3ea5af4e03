package io.gemel.router;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;

/** Refuses requests, and parts from clients that have not sent everything by the time they are answered. Confined to one event loop. */
final class Refusals {
    private static final long LINGER_MILLIS = 1000;

    private final Figures figures;
    private final AwakeClock awake;
    private final Deadlines<HttpConnection> lingering = new Deadlines<>();

    Refusals(Figures figures, AwakeClock awake) {
        this.figures = figures;
        this.awake = awake;
    }

    void refuse(Client client, Refusal refusal) {
        figures.malformed.increment();
        client.request().response().putHeader("Connection", "close");
        client.say(refusal.status(), refusal.text(), Story.NONE);
        if (client.request().isEnded()) {
            close(client.request().connection());
        }
    }

    /** What still comes of its body is thrown away for a moment: closing at once could destroy the answer on its way. */
    void discard(HttpServerRequest request) {
        HttpConnection connection = request.connection();
        request.exceptionHandler(why -> lingering.remove(connection));
        request.handler(part -> {});
        request.endHandler(unused -> {
            lingering.remove(connection);
            close(connection);
        });
        request.resume();
        lingering.add(connection, awake.millis() + LINGER_MILLIS);
    }

    private static void close(HttpConnection connection) {
        connection.close().onComplete(unused -> {});
    }

    /** Time passes. */
    void tick(long nowMillis) {
        for (HttpConnection due = lingering.pollDue(nowMillis); due != null; due = lingering.pollDue(nowMillis)) {
            close(due);
        }
    }
}
