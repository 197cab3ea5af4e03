package io.gemel.router;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends requests to VMs over connections that are kept, which belong to the event loop that made this object. */
final class VmClient {
    private final Vertx vertx;
    private final Settings settings;
    private final RenewableClient http;

    VmClient(Vertx vertx, Settings settings) {
        this.vertx = vertx;
        this.settings = settings;
        // No queue hides behind the pool: whoever chooses a VM counts its requests.
        http = new RenewableClient(
                vertx,
                settings,
                config -> new RenewableClient.Options(
                        config.backendTls(),
                        config.times().connectTimeout(),
                        config.times().vmIdleTimeout(),
                        config.limits().vmHeadersMax(),
                        config.limits().vmConnectionsMax(),
                        0));
    }

    /** Where a server is, and how it is spoken to. */
    static RequestOptions to(URI url) {
        boolean tls = "https".equals(String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT));
        int port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
        return new RequestOptions().setHost(url.getHost()).setPort(port).setSsl(tls);
    }

    /**
     * Sends one request.
     *
     * @param payload its body; null for none
     * @param stream where its body comes from instead; null for nowhere
     * @param upgrade the protocols that the VM is asked for; null for none
     * @param early whether its answer is told as soon as its head is there
     */
    VmCall send(
            VmState vm,
            HttpMethod method,
            String target,
            MultiMap headers,
            @Nullable Buffer payload,
            @Nullable HttpServerRequest stream,
            @Nullable String upgrade,
            boolean early,
            Consumer<VmCall.Result> end) {
        int answerMax = settings.now().limits().bodyMax();
        VmCall call = new VmCall(vm, upgrade, answerMax, early, vertx.getOrCreateContext(), end);
        RequestOptions options =
                to(vm.config().url()).setMethod(method).setURI(target).setHeaders(headers);
        http.get().request(options).onComplete(request -> call.send(request, payload, stream), call::notSent);
        return call;
    }
}
