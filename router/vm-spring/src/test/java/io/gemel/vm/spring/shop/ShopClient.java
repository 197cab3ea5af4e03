package io.gemel.vm.spring.shop;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

/** A client of the shop, and the router that asks it. */
final class ShopClient {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String address;

    ShopClient(int port) {
        address = "http://127.0.0.1:" + port;
    }

    /** What came back. */
    record Reply(int status, String outcome, String body, HttpResponse<String> response) {
        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    /** Sends a form, under a key unless it is empty. */
    Reply form(String path, String key, String form, String... headers) {
        return sending(path, key, "application/x-www-form-urlencoded", form, headers)
                .join();
    }

    Reply json(String path, String key, String json) {
        return sending(path, key, "application/json", json).join();
    }

    CompletableFuture<Reply> sending(String path, String key, String type, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (!key.isEmpty()) {
            request.header("Idempotency-Key", key);
        }
        return exchange(request.build());
    }

    Reply get(String path) {
        return exchange(HttpRequest.newBuilder(URI.create(address + path)).build())
                .join();
    }

    private CompletableFuture<Reply> exchange(HttpRequest request) {
        return http.sendAsync(request, BodyHandlers.ofString())
                .thenApply(response -> new Reply(
                        response.statusCode(),
                        response.headers().firstValue("Gemel-Outcome").orElse(""),
                        response.body(),
                        response));
    }
}
