package io.gemel.router.request;

import io.gemel.router.api.Durability;
import io.gemel.router.api.RouteChecks;
import java.util.List;
import java.util.Locale;
import java.util.Map.Entry;
import org.jspecify.annotations.Nullable;

/** Checks of a request's head beyond those of the HTTP decoder. Pure. */
public final class RequestCheck {
    static final int KEY_LENGTH_MAX = 255;
    public static final String REQUEST_ID = "X-Request-Id";
    static final int REQUEST_ID_LENGTH_MAX = 128;
    public static final int BAD_REQUEST = 400;
    public static final int TIMEOUT = 408;
    public static final int TOO_LARGE = 413;
    public static final int NOT_IMPLEMENTED = 501;

    private RequestCheck() {}

    /**
     * Looks at a head.
     *
     * @param http11 whether the request is of HTTP/1.1 rather than 1.0
     * @param headers as they came
     * @param bodyMax largest body that is accepted; negative for any
     * @return null when it is proper
     */
    public static @Nullable Rejection rejection(
            String method, boolean http11, Iterable<Entry<String, String>> headers, long bodyMax) {
        if (!RouteChecks.METHODS.contains(method)) {
            return new Rejection(NOT_IMPLEMENTED, "this method is not supported");
        }
        int hosts = 0;
        int keys = 0;
        for (Entry<String, String> header : headers) {
            String value = header.getValue();
            switch (header.getKey().toLowerCase(Locale.ROOT)) {
                case "" -> {
                    return new Rejection(BAD_REQUEST, "a header has no name");
                }
                case "host" -> {
                    hosts++;
                    if (!isAuthority(value)) {
                        return new Rejection(BAD_REQUEST, "Host is malformed");
                    }
                }
                case "transfer-encoding" -> {
                    if (!value.trim().equalsIgnoreCase("chunked")) {
                        return new Rejection(NOT_IMPLEMENTED, "only chunked is understood as Transfer-Encoding");
                    }
                }
                case "content-length" -> {
                    Rejection rejection = length(value, bodyMax);
                    if (rejection != null) {
                        return rejection;
                    }
                }
                case "idempotency-key" -> {
                    keys++;
                    if (key(value) == null) {
                        return new Rejection(
                                BAD_REQUEST,
                                "Idempotency-Key must be 1 to " + KEY_LENGTH_MAX
                                        + " printable ASCII characters; one that begins with a quote must end with one");
                    }
                }
                case "gemel-durability" -> {
                    if (durability(value) == null) {
                        return new Rejection(BAD_REQUEST, "Gemel-Durability is local, shipped or applied");
                    }
                }
                default -> {
                    // Everything else is between the client and the application.
                }
            }
        }
        if (hosts > 1 || (hosts == 0 && http11)) {
            return new Rejection(BAD_REQUEST, "a request needs Host once");
        }
        return keys > 1 ? new Rejection(BAD_REQUEST, "a request may have Idempotency-Key once") : null;
    }

    private static @Nullable Rejection length(String value, long bodyMax) {
        if (value.isEmpty() || value.length() > 18 || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return new Rejection(BAD_REQUEST, "Content-Length is not a number");
        }
        return bodyMax >= 0 && Long.parseLong(value) > bodyMax
                ? new Rejection(TOO_LARGE, "a body may have at most " + bodyMax + " bytes here")
                : null;
    }

    private static boolean isAuthority(String value) {
        return value.chars()
                .allMatch(c -> (c >= '0' && c <= '9')
                        || (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || "-._~:[]%".indexOf(c) >= 0);
    }

    /**
     * The key that a header or a path names: the text itself, or, as the IETF's draft of the header has it, a string of structured fields
     * (RFC 9651) in quotes, whose parameters say nothing here.
     *
     * @return null when it names none
     */
    public static @Nullable String key(String value) {
        String text = value.trim();
        String key = text.startsWith("\"") ? unquoted(text) : text;
        boolean proper = key != null
                && !key.isBlank()
                && key.length() <= KEY_LENGTH_MAX
                && key.chars().allMatch(c -> c >= ' ' && c <= '~');
        return proper ? key : null;
    }

    /** The id that a client gave its request; null for one that is none: empty, long, with blanks or what is not printable. */
    public static @Nullable String requestId(@Nullable String value) {
        boolean proper = value != null
                && !value.isEmpty()
                && value.length() <= REQUEST_ID_LENGTH_MAX
                && value.chars().allMatch(c -> c > ' ' && c <= '~');
        return proper ? value : null;
    }

    private static @Nullable String unquoted(String text) {
        StringBuilder key = new StringBuilder(text.length());
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                String after = text.substring(i + 1).trim();
                return after.isEmpty() || after.startsWith(";") ? key.toString() : null;
            }
            if (c == '\\') {
                i++;
                if (i == text.length() || (text.charAt(i) != '"' && text.charAt(i) != '\\')) {
                    return null;
                }
            }
            key.append(text.charAt(i));
        }
        return null; // it does not end
    }

    /** Null for a word that is none. */
    public static @Nullable Durability durability(String word) {
        for (Durability level : List.of(Durability.values())) {
            if (level.word().equals(word.trim())) {
                return level;
            }
        }
        return null;
    }
}
