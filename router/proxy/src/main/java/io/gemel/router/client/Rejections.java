package io.gemel.router.client;

import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.http.LingeringClose;
import io.gemel.router.http.Requests;
import io.gemel.router.report.RouterCounters;
import io.gemel.router.request.Rejection;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;

/**
 * Refuses requests, and parts from clients that have not sent everything by the time they are answered: their connection is closed, or with
 * HTTP/2 their stream alone. Confined to one event loop.
 */
final class Rejections {
    private final RouterCounters counters;
    private final PauseAwareClock awake;
    private final ExpiryQueue<HttpServerRequest> lingering = new ExpiryQueue<>();

    Rejections(RouterCounters counters, PauseAwareClock awake) {
        this.counters = counters;
        this.awake = awake;
    }

    void refuse(Client client, Rejection rejection) {
        counters.malformed.increment();
        HttpServerRequest request = client.request();
        boolean many = Requests.isOneOfMany(request);
        if (!many) {
            request.response().putHeader("Connection", "close");
        }
        client.say(rejection.status(), rejection.text(), ResponseInfo.NONE);
        if (request.isEnded() && !many) {
            close(request.connection());
        }
    }

    /** What still comes of its body is thrown away for a moment: closing at once could destroy the answer on its way. */
    void discard(HttpServerRequest request) {
        request.exceptionHandler(why -> lingering.remove(request));
        request.handler(part -> {});
        request.endHandler(unused -> {
            lingering.remove(request);
            if (!Requests.isOneOfMany(request)) {
                close(request.connection());
            }
        });
        request.resume();
        lingering.add(request, awake.millis() + LingeringClose.LIMIT_MILLIS);
    }

    private static void part(HttpServerRequest request) {
        if (Requests.isOneOfMany(request)) {
            request.response().reset(Http2Error.NO_ERROR.code()).onComplete(unused -> {});
        } else {
            close(request.connection());
        }
    }

    private static void close(HttpConnection connection) {
        connection.close().onComplete(unused -> {});
    }

    /** Time passes. */
    void tick(long nowMillis) {
        for (HttpServerRequest due = lingering.pollDue(nowMillis); due != null; due = lingering.pollDue(nowMillis)) {
            part(due);
        }
    }
}
