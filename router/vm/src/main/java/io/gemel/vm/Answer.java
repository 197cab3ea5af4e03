package io.gemel.vm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The application's answer to a submission, as the ledger stores it: an HTTP status, a content type, the body, byte for
 * byte, and a few headers. Immutable; any thread.
 */
public final class Answer {
    /** Most characters of a content type. */
    public static final int CONTENT_TYPE_MAX = 255;

    /** Most characters of a header's value. */
    public static final int HEADER_MAX = KeptHeaders.VALUE_MAX;

    private static final int STATUS_MIN = 200;
    private static final int STATUS_MAX = 599;

    private final int status;
    private final @Nullable String contentType;
    private final byte[] body;
    private final Map<String, String> headers;
    private final boolean withoutChange;
    private final boolean forGood;

    private Answer(int status, @Nullable String contentType, byte[] body) {
        this(status, contentType, body, Map.of(), false, false);
    }

    private Answer(
            int status,
            @Nullable String contentType,
            byte[] body,
            Map<String, String> headers,
            boolean withoutChange,
            boolean forGood) {
        if (status < STATUS_MIN || status > STATUS_MAX) {
            throw new IllegalArgumentException(
                    "HTTP status " + status + " is not between " + STATUS_MIN + " and " + STATUS_MAX);
        }
        if (contentType != null && (contentType.length() > CONTENT_TYPE_MAX || !Submission.isPrintable(contentType))) {
            throw new IllegalArgumentException("a content type has at most " + CONTENT_TYPE_MAX
                    + " characters, all of them printable ASCII: '" + contentType + "'");
        }
        this.status = status;
        this.contentType = contentType;
        this.body = body;
        this.headers = headers;
        this.withoutChange = withoutChange;
        this.forGood = forGood;
    }

    /**
     * The same answer, for work that found nothing to do: otherwise a success that wrote nothing is treated as work on
     * the wrong connection, and rejected. No effect when something was written. Not stored, and no part of {@link
     * #equals}.
     */
    public Answer withoutChange() {
        return new Answer(status, contentType, body, headers, true, forGood);
    }

    /**
     * The same refusal, made permanent: a client that sends the key again gets it again, whatever has changed in the
     * meantime. Otherwise a refusal answers one request, and the same key may be sent again. Not stored, and no part of
     * {@link #equals}.
     *
     * @throws IllegalStateException unless the status is 4xx: a success is kept anyway, and a failure never
     */
    public Answer forGood() {
        if (isSuccess() || isFailure()) {
            throw new IllegalStateException("only a refusal, a status of 4xx, can be permanent, not " + status);
        }
        return new Answer(status, contentType, body, headers, withoutChange, true);
    }

    /**
     * The same with a header, which is kept and sent again with the answer. One header of each name: a second one replaces the first.
     *
     * @param name Location, Content-Location, ETag, Link or Retry-After; any other belongs to one answer to one client, above all
     *     Set-Cookie, and must be set where the response is sent
     * @param value at most {@link #HEADER_MAX} characters, all of them printable ASCII
     */
    public Answer withHeader(String name, String value) {
        return new Answer(status, contentType, body, KeptHeaders.with(headers, name, value), withoutChange, forGood);
    }

    /** An answer without a body. */
    public static Answer of(int status) {
        return new Answer(status, null, new byte[0]);
    }

    /** An answer with a body of text, in UTF-8; the content type says so, unless it names a charset itself. */
    public static Answer of(int status, String contentType, String body) {
        boolean plain = contentType.startsWith("text/") && !contentType.contains("charset=");
        return new Answer(
                status, plain ? contentType + "; charset=utf-8" : contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    /** An answer with a body of bytes. */
    public static Answer of(int status, String contentType, byte[] body) {
        return new Answer(status, contentType, body.clone());
    }

    /** An answer as the ledger kept it. */
    static Answer stored(int status, @Nullable String contentType, byte[] body, Map<String, String> headers) {
        return new Answer(status, contentType, body.clone(), headers, false, false);
    }

    /** The HTTP status: 2xx and 3xx commit, 4xx refuses the submission, 5xx fails this one attempt. */
    public int status() {
        return status;
    }

    /** Null when there is no body to speak of. */
    public @Nullable String contentType() {
        return contentType;
    }

    /** The headers that are kept, by name. */
    public Map<String, String> headers() {
        return headers;
    }

    public byte[] body() {
        return body.clone();
    }

    /** The body as text in UTF-8. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    int bytes() {
        return body.length;
    }

    boolean isWithoutChange() {
        return withoutChange;
    }

    boolean isForGood() {
        return forGood;
    }

    boolean isSuccess() {
        return status < 400;
    }

    boolean isFailure() {
        return status >= 500;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Answer answer
                && status == answer.status
                && Objects.equals(contentType, answer.contentType)
                && headers.equals(answer.headers)
                && Arrays.equals(body, answer.body);
    }

    @Override
    public int hashCode() {
        return 31 * Objects.hash(status, contentType, headers) + Arrays.hashCode(body);
    }

    @Override
    public String toString() {
        return "Answer[" + status + ", " + contentType + ", " + body.length + " bytes]";
    }
}
