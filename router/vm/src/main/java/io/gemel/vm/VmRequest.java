package io.gemel.vm;

import com.sun.net.httpserver.Headers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A request that is a submission, as {@link VmHandler} hands it to the application. Immutable; any thread. */
public final class VmRequest {
    private final Submission submission;
    private final String method;
    private final URI target;
    private final Headers headers;
    private final byte[] body;

    VmRequest(Submission submission, String method, URI target, Headers headers, byte[] body) {
        this.submission = submission;
        this.method = method;
        this.target = target;
        this.headers = headers;
        this.body = body;
    }

    public Submission submission() {
        return submission;
    }

    public String method() {
        return method;
    }

    /** The decoded path. */
    public String path() {
        return target.getPath();
    }

    /** The decoded query; null when there is none. */
    public @Nullable String query() {
        return target.getQuery();
    }

    /** The first value of a header; null when there is none. */
    public @Nullable String header(String name) {
        return headers.getFirst(name);
    }

    public byte[] body() {
        return body.clone();
    }

    /** The body as text in UTF-8. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
