package io.gemel.router.client;

import io.gemel.router.api.Route;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.http.Bearer;
import io.gemel.router.http.Grpc;
import io.gemel.router.http.Http2Head;
import io.gemel.router.http.Requests;
import io.gemel.router.request.Rejection;
import io.gemel.router.request.RequestCheck;
import io.gemel.router.request.RequestTarget;
import io.gemel.router.request.Routes;
import io.gemel.router.request.UpgradeRules;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** Rules by which requests are rejected before capacity and VMs are considered. */
final class RequestRules {
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;

    private RequestRules() {}

    /** Why a request is not proper; null when it is. */
    static @Nullable Rejection rejection(
            HttpServerRequest request,
            boolean http11,
            RouterConfig config,
            RequestTarget target,
            Route route,
            @Nullable String upgrade) {
        String method = request.method().name();
        if (request.version() == HttpVersion.HTTP_2) {
            Rejection improper = Http2Head.rejection(method, Requests.uri(request), request.headers(), config.limits());
            if (improper != null) {
                return improper;
            }
        }
        Rejection rejection = RequestCheck.rejection(
                method,
                http11,
                request.headers(),
                route.resubmit() ? config.limits().bodyMax() : -1);
        if (rejection == null && Grpc.isCall(request)) {
            return Grpc.rejection(target, route);
        }
        return rejection != null || upgrade == null
                ? rejection
                : UpgradeRules.rejection(upgrade, method, request.headers(), target, route);
    }

    /** Refuses who would close a key and may not: whoever closes a key takes its submission away from the client that made it. */
    static boolean refusesToClose(RequestHead head) {
        Client client = head.client();
        boolean post = client.request().method().equals(HttpMethod.POST);
        if (!post && head.target().fence()) {
            client.say(METHOD_NOT_ALLOWED, "a key is fenced by POST, with the router's admin.token", ResponseInfo.NONE);
            return true;
        }
        String token = head.by().config().adminToken();
        if (post && (token == null || !Bearer.shows(client.request(), token))) {
            String need = token == null ? "set admin.token in the router's file" : "send the router's admin.token";
            client.say(FORBIDDEN, "fencing a key needs authorization: " + need, ResponseInfo.NONE);
            return true;
        }
        return false;
    }

    /** Refuses what no VM is to get. */
    static boolean refusesToServe(RequestHead head) {
        Client client = head.client();
        Route route = head.route();
        if (!Routes.allows(route, client.request().method().name())) {
            client.request().response().putHeader("Allow", Routes.allowed(route));
            client.say(METHOD_NOT_ALLOWED, "this method is not allowed here", ResponseInfo.NONE);
            return true;
        }
        if (!head.by().groups().contains(Routes.group(route))) {
            client.say(
                    NOT_FOUND,
                    "no application is here: no route leads from this host and path to VMs",
                    ResponseInfo.NONE);
            return true;
        }
        return false;
    }
}
