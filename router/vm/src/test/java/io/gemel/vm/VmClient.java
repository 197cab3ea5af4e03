package io.gemel.vm;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Sends a VM what a router would send it. */
public final class VmClient {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;
    private final String address;

    public VmClient(int port) {
        this.port = port;
        address = "http://127.0.0.1:" + port;
    }

    /** What came back. */
    public record Reply(int status, String outcome, String contentType, String body) {
        static Reply of(HttpResponse<String> response) {
            return new Reply(
                    response.statusCode(),
                    response.headers().firstValue("Gemel-Outcome").orElse(""),
                    // Containers write what is the same in their own ways.
                    response.headers().firstValue("Content-Type").orElse("").replaceAll(";(?! )", "; "),
                    response.body());
        }
    }

    /**
     * Sends a request that does not come to its end, and waits until the VM is done with it.
     *
     * @param rest what follows its path and key
     */
    void breakOff(String path, String key, String rest) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(30_000);
            String text = "POST " + path + " HTTP/1.1\r\nHost: x\r\nIdempotency-Key: " + key + "\r\n" + rest;
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        }
    }

    public CompletableFuture<Reply> sending(String path, String key, String body, String... headers) {
        return exchanging(path, key, body, headers).thenApply(Reply::of);
    }

    /** The headers of an answer. */
    public HttpHeaders headers(String path, String key) {
        return exchanging(path, key, "").join().headers();
    }

    private CompletableFuture<HttpResponse<String>> exchanging(
            String path, String key, String body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + path)).POST(BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("Idempotency-Key", key);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.sendAsync(request.build(), BodyHandlers.ofString());
    }

    public Reply send(String path, String key, String... headers) {
        return sending(path, key, "", headers).join();
    }

    public Reply post(String path) {
        return sending(path, "", "").join();
    }

    public Reply get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + path)).build();
        return Reply.of(http.send(request, BodyHandlers.ofString()));
    }

    /** A deadline, as the header has it. */
    static String millisFromNow(long millis) {
        return Long.toString(System.currentTimeMillis() + millis);
    }
}
