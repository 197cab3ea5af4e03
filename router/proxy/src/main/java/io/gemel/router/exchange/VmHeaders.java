package io.gemel.router.exchange;

import io.gemel.router.client.Client;
import io.gemel.router.client.Submission;
import io.gemel.router.request.ClientCertificate;
import io.gemel.router.request.RequestCheck;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Map.Entry;
import org.jspecify.annotations.Nullable;

/** The headers with which a request goes to a VM. Pure. */
final class VmHeaders {
    private VmHeaders() {}

    /**
     * What the client sent and may send, and where it came from.
     *
     * @param hostPreserve whether the VM sees the client's Host instead of its own address
     */
    static MultiMap of(Submission submission, Client client, String scheme, boolean hostPreserve) {
        MultiMap headers = HttpHeaders.headers();
        for (Entry<String, String> header : submission.headers()) {
            headers.add(header.getKey(), header.getValue());
        }
        headers.set(RequestCheck.REQUEST_ID, client.id());
        String address = client.address();
        String quoted = address.contains(":") ? "\"[" + address + "]\"" : address;
        // Of a client that is not trusted none of these is left: what is there comes from a trusted proxy.
        append(headers, "X-Forwarded-For", address);
        setIfAbsent(headers, "X-Forwarded-Proto", scheme);
        String host = client.request().getHeader(HttpHeaders.HOST);
        if (host != null) {
            setIfAbsent(headers, "X-Forwarded-Host", host);
            append(headers, "Forwarded", "for=" + quoted + ";host=\"" + host + "\";proto=" + scheme);
            if (hostPreserve) {
                headers.set(HttpHeaders.HOST, host);
            }
        }
        ClientCertificate certificate = client.certificate();
        if (certificate != null) {
            headers.set(ClientCertificate.HEADER, certificate.encoded());
            headers.set(ClientCertificate.SUBJECT_HEADER, certificate.subject());
            headers.set(ClientCertificate.FINGERPRINT_HEADER, certificate.fingerprint());
        }
        String length = client.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (submission.stream() != null && length != null) {
            headers.set(HttpHeaders.CONTENT_LENGTH, length);
        }
        if (submission.grpc()) {
            headers.set("te", "trailers");
        }
        String upgrade = submission.upgrade();
        if (upgrade != null) {
            headers.set(HttpHeaders.CONNECTION, HttpHeaders.UPGRADE);
            headers.set(HttpHeaders.UPGRADE, upgrade);
        }
        return headers;
    }

    private static void append(MultiMap headers, String name, String value) {
        List<String> before = headers.getAll(name);
        headers.set(name, before.isEmpty() ? value : String.join(", ", before) + ", " + value);
    }

    private static void setIfAbsent(MultiMap headers, String name, String value) {
        if (!headers.contains(name)) {
            headers.set(name, value);
        }
    }

    /**
     * Adds what a VM needs to claim a key.
     *
     * @param attempt number of the attempt
     * @param first number of the request's first one
     * @param deadlineMillis since 1970
     */
    static void claim(
            MultiMap headers, String key, long attempt, long first, long deadlineMillis, @Nullable String fingerprint) {
        headers.set("Idempotency-Key", key);
        headers.set("Gemel-Attempt", Long.toString(attempt));
        headers.set("Gemel-First-Attempt", Long.toString(first));
        headers.set("Gemel-Deadline", Long.toString(deadlineMillis));
        if (fingerprint != null) {
            headers.set("Gemel-Fingerprint", fingerprint);
        }
    }
}
