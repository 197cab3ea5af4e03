package io.gemel.router.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Common properties of HTTP/1.1 and HTTP/2 requests. Pure. */
public final class Requests {
    private Requests() {}

    /** Whether a request has not its connection for itself: then its stream ends, and nothing else. */
    public static boolean isOneOfMany(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_2;
    }

    /** The target; empty for one of HTTP/2 that has none. */
    public static String uri(HttpServerRequest request) {
        return Objects.requireNonNullElse(request.uri(), "");
    }

    /** The target without the query, which may be private. */
    public static String path(HttpServerRequest request) {
        String uri = uri(request);
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    /** The name by which a client called, in lower case; empty when it named none. */
    public static String host(@Nullable HostAndPort authority) {
        String host = authority == null ? "" : authority.host().toLowerCase(Locale.ROOT);
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    /** Where it comes from. */
    public static String address(HttpServerRequest request) {
        return address(request.remoteAddress());
    }

    /** Where a connection comes from. */
    public static String address(@Nullable SocketAddress remote) {
        return remote == null || remote.hostAddress() == null ? "unknown" : remote.hostAddress();
    }
}
