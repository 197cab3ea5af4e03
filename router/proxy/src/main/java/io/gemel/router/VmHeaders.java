package io.gemel.router;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Map.Entry;
import org.jspecify.annotations.Nullable;

/** The headers with which a request goes to a VM. Pure. */
final class VmHeaders {
    private VmHeaders() {}

    /** What the client sent and may send, and where it came from. */
    static MultiMap of(Submission submission, Client client, String scheme) {
        MultiMap headers = HttpHeaders.headers();
        for (Entry<String, String> header : submission.headers()) {
            headers.add(header.getKey(), header.getValue());
        }
        String address = client.address();
        String quoted = address.contains(":") ? "\"[" + address + "]\"" : address;
        headers.set("X-Forwarded-For", address).set("X-Forwarded-Proto", scheme);
        String host = client.request().getHeader(HttpHeaders.HOST);
        if (host != null) {
            headers.set("X-Forwarded-Host", host);
            headers.set("Forwarded", "for=" + quoted + ";host=\"" + host + "\";proto=" + scheme);
        }
        String length = client.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (submission.stream() != null && length != null) {
            headers.set(HttpHeaders.CONTENT_LENGTH, length);
        }
        return headers;
    }

    /**
     * Adds what a VM needs to claim a key.
     *
     * @param attempt number of the attempt
     * @param deadlineMillis since 1970
     */
    static void claim(MultiMap headers, String key, long attempt, long deadlineMillis, @Nullable String fingerprint) {
        headers.set("Idempotency-Key", key);
        headers.set("Gemel-Attempt", Long.toString(attempt));
        headers.set("Gemel-Deadline", Long.toString(deadlineMillis));
        if (fingerprint != null) {
            headers.set("Gemel-Fingerprint", fingerprint);
        }
    }
}
