package io.gemel.router.http;

import io.gemel.router.api.Route;
import io.gemel.router.request.Rejection;
import io.gemel.router.request.RequestCheck;
import io.gemel.router.request.RequestTarget;
import io.gemel.router.request.Routes;
import io.netty.handler.codec.http2.Http2Exception;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Calls of gRPC. Messages are streamed both ways, and the trailers of an answer carry the status of the call: a VM is
 * called by HTTP/2, too, and nothing is stored or resubmitted. Pure.
 */
public final class Grpc {
    private static final Pattern TYPE = Pattern.compile("application/grpc *([+;].*)?", Pattern.CASE_INSENSITIVE);

    private Grpc() {}

    /** Whether a request is such a call. */
    public static boolean isCall(HttpServerRequest request) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        return type != null
                && request.version() == HttpVersion.HTTP_2
                && request.method().equals(HttpMethod.POST)
                && TYPE.matcher(type).matches();
    }

    /**
     * Whether a server was to be asked by HTTP/2 and speaks none: something else answered its beginning, or TLS led to no agreement on it. A
     * request is sent only after that.
     *
     * @param failure why there is no connection
     */
    public static boolean meetsNoHttp2(Throwable failure) {
        return failure instanceof Http2Exception
                || (TlsOptions.isOfTls(failure) && TlsOptions.reason(failure).contains("no_application_protocol"))
                || "HTTP/1.1 not supported".equals(failure.getMessage()); // Vert.x
    }

    /**
     * Why a call is not passed on.
     *
     * @return null when it may be
     */
    public static @Nullable Rejection rejection(RequestTarget target, Route route) {
        if (!route.resubmit()) {
            return null;
        }
        String path = target.plainPath();
        String service = path.substring(0, path.lastIndexOf('/'));
        return new Rejection(
                RequestCheck.NOT_IMPLEMENTED,
                "gRPC calls do not pass here: set route." + Routes.nameOfClosest(route, service)
                        + ".resubmit=false in the router's file");
    }
}
