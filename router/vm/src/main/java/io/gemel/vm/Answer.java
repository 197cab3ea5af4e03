package io.gemel.vm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the application answers to a submission, and what the ledger keeps: an HTTP status, a content type and the body, byte for
 * byte. Immutable; any thread.
 */
public final class Answer {
    /** Most characters of a content type. */
    public static final int CONTENT_TYPE_MAX = 255;

    private static final int STATUS_MIN = 200;
    private static final int STATUS_MAX = 599;

    private final int status;
    private final @Nullable String contentType;
    private final byte[] body;
    private final boolean withoutChange;

    private Answer(int status, @Nullable String contentType, byte[] body) {
        this(status, contentType, body, false);
    }

    private Answer(int status, @Nullable String contentType, byte[] body, boolean withoutChange) {
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
        this.withoutChange = withoutChange;
    }

    /**
     * The same, of work that found nothing to do: a success that wrote nothing is taken for work on the wrong connection otherwise, and
     * rejected. Says nothing when something was written. Not kept, and no part of {@link #equals}.
     */
    public Answer withoutChange() {
        return new Answer(status, contentType, body, true);
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
    static Answer stored(int status, @Nullable String contentType, byte[] body) {
        return new Answer(status, contentType, body.clone());
    }

    /** The HTTP status: 2xx and 3xx commit, 4xx rejects the submission for good, 5xx fails this one attempt. */
    public int status() {
        return status;
    }

    /** Null when there is no body to speak of. */
    public @Nullable String contentType() {
        return contentType;
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
                && Arrays.equals(body, answer.body);
    }

    @Override
    public int hashCode() {
        return 31 * Objects.hash(status, contentType) + Arrays.hashCode(body);
    }

    @Override
    public String toString() {
        return "Answer[" + status + ", " + contentType + ", " + body.length + " bytes]";
    }
}
