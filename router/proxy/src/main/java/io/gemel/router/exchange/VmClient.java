package io.gemel.router.exchange;

import io.gemel.router.api.Settings;
import io.gemel.router.client.Submission;
import io.gemel.router.decision.VmState;
import io.gemel.router.http.RenewableClient;
import io.gemel.router.http.TlsOptions;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends requests to VMs over pooled connections, which belong to the event loop that made this object. */
public final class VmClient {
    private final Vertx vertx;
    private final Settings settings;
    private final RenewableClient http;
    private final RenewableClient http2;

    public VmClient(Vertx vertx, Settings settings) {
        this.vertx = vertx;
        this.settings = settings;
        http = client(HttpVersion.HTTP_1_1);
        http2 = client(HttpVersion.HTTP_2);
    }

    private RenewableClient client(HttpVersion version) {
        // No queue hides behind the pool: whoever chooses a VM counts its requests.
        return new RenewableClient(
                vertx,
                settings,
                config -> new RenewableClient.Options(
                        version,
                        config.backendTls(),
                        config.times().connectTimeout(),
                        config.times().vmIdleTimeout(),
                        config.limits().vmHeadersMax(),
                        config.limits().vmConnectionsMax(),
                        0));
    }

    /** Sends a submission, and passes on what its client sends meanwhile. Who cannot ask again is told of the answer as soon as its head is there. */
    VmCall send(VmState vm, Submission submission, MultiMap headers, Consumer<VmCall.Result> end) {
        boolean early = submission.safe() || submission.stream() != null;
        VmCall call = call(vm, submission.upgrade(), early, end);
        HttpServerRequest stream = submission.passing();
        if (submission.grpc()) {
            HostAndPort authority = authority(headers);
            http2.get()
                    .request(options(vm, submission, headers))
                    .map(request -> authority == null ? request : request.authority(authority))
                    .onComplete(request -> call.send(request, null, stream), why -> notSent(call, why));
        } else {
            send(call, submission, options(vm, submission, headers), stream);
        }
        return call;
    }

    /** In HTTP/2 it takes the place of Host. */
    private static @Nullable HostAndPort authority(MultiMap headers) {
        String host = headers.get(HttpHeaders.HOST);
        headers.remove(HttpHeaders.HOST);
        return host == null ? null : HostAndPort.parseAuthority(host, -1);
    }

    /** Sends a submission again to hear its answer, which is kept. */
    VmCall ask(VmState vm, Submission submission, MultiMap headers, Consumer<VmCall.Result> end) {
        VmCall call = call(vm, null, false, end);
        send(call, submission, options(vm, submission, headers), null);
        return call;
    }

    private void send(VmCall call, Submission submission, RequestOptions options, @Nullable HttpServerRequest stream) {
        http.get()
                .request(options)
                .onComplete(request -> call.send(request, submission.body(), stream), why -> notSent(call, why));
    }

    private void notSent(VmCall call, Throwable why) {
        call.notSent(why, TlsOptions.why(why, settings.now().backendTls()));
    }

    private VmCall call(VmState vm, @Nullable String upgrade, boolean early, Consumer<VmCall.Result> end) {
        int answerMax = settings.now().limits().bodyMax();
        return new VmCall(vm, upgrade, answerMax, early, vertx.getOrCreateContext(), end);
    }

    private static RequestOptions options(VmState vm, Submission submission, MultiMap headers) {
        return RenewableClient.to(vm.config().url())
                .setMethod(submission.method())
                .setURI(submission.target().text())
                .setHeaders(headers);
    }
}
