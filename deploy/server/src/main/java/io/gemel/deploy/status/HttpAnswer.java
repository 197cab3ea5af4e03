package io.gemel.deploy.status;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** One answer over HTTP. */
record HttpAnswer(int code, String contentType, String body) {
    static HttpAnswer text(int code, String body) {
        return new HttpAnswer(code, "text/plain; charset=utf-8", body + "\n");
    }

    static HttpAnswer json(int code, Object value) {
        return new HttpAnswer(code, "application/json", StatusJson.write(value) + "\n");
    }

    /** Sends it and ends the exchange, also when the other end is gone. */
    void send(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", contentType);
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            boolean withBody = !exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(code, withBody ? bytes.length : -1);
            if (withBody) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }
}
