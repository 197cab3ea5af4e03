package io.gemel.router.http;

import io.gemel.router.api.RouterLimits;
import io.gemel.router.request.Rejection;
import io.gemel.router.request.RequestCheck;
import io.vertx.core.MultiMap;
import io.vertx.core.net.HostAndPort;
import java.util.List;
import java.util.Map.Entry;
import org.jspecify.annotations.Nullable;

/** Converts the head of an HTTP/2 request to HTTP/1.1; what cannot be represented there is rejected. Pure. */
public final class Http2Head {
    private static final int URI_TOO_LONG = 414;
    static final int HEADERS_TOO_LARGE = 431;

    /** Of a first line in HTTP/1.1, besides method and target. */
    private static final int LINE_REST = "  HTTP/1.1".length();

    /** Of a header's line, besides name and value. */
    private static final int HEADER_REST = ": \r\n".length();

    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private Http2Head() {}

    /** Puts the authority where HTTP/1.1 has it, and the crumbs of a cookie together. */
    public static void asHttp1(MultiMap headers, @Nullable HostAndPort authority) {
        if (authority != null && headers.getAll("host").size() <= 1) {
            headers.set("host", authority.port() > 0 ? authority.host() + ":" + authority.port() : authority.host());
        }
        List<String> crumbs = headers.getAll("cookie");
        if (crumbs.size() > 1) {
            headers.set("cookie", String.join("; ", crumbs));
        }
    }

    /**
     * Looks at what the decoder of HTTP/1.1 looks at there.
     *
     * @return null when it is proper
     */
    public static @Nullable Rejection rejection(
            String method, String target, Iterable<Entry<String, String>> headers, RouterLimits limits) {
        if (method.length() + target.length() + LINE_REST > limits.lineMax()) {
            return new Rejection(URI_TOO_LONG, "the request's target is longer than line.max");
        }
        if (!target.startsWith("/")) {
            return new Rejection(RequestCheck.BAD_REQUEST, "the request's target is malformed");
        }
        long size = 0;
        for (Entry<String, String> header : headers) {
            String name = header.getKey();
            size += name.length() + header.getValue().length() + HEADER_REST;
            if (name.isEmpty() || !name.chars().allMatch(Http2Head::isToken)) {
                return new Rejection(RequestCheck.BAD_REQUEST, "a header's name is malformed");
            }
            if (!isValue(header.getValue())) {
                return new Rejection(RequestCheck.BAD_REQUEST, "a header's value is malformed");
            }
            if (name.equals("transfer-encoding")) {
                return new Rejection(RequestCheck.BAD_REQUEST, "there is no Transfer-Encoding in HTTP/2");
            }
        }
        return size > limits.headersMax()
                ? new Rejection(HEADERS_TOO_LARGE, "the headers are larger than headers.max")
                : null;
    }

    /** Whether a method can be one. */
    static boolean isMethod(@Nullable CharSequence method) {
        return method != null
                && !method.isEmpty()
                && method.chars().allMatch(c -> isToken(c) || (c >= 'A' && c <= 'Z'));
    }

    private static boolean isToken(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || TOKEN_MARKS.indexOf(c) >= 0;
    }

    private static boolean isValue(String value) {
        return value.equals(value.strip()) && value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f));
    }
}
