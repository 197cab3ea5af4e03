package io.gemel.router;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** How tests use Vert.x. */
final class TestHttp {
    private TestHttp() {}

    /** Options of a server on this machine; without a certificate it serves plain HTTP. */
    static HttpServerOptions server(int port, RouterConfig.Tls tls) {
        HttpServerOptions options =
                new HttpServerOptions().setHost("127.0.0.1").setPort(port).setIdleTimeout(0);
        return tls == null
                ? options
                : options.setSsl(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .addCertValue(Buffer.buffer(tls.certificate()))
                                .addKeyValue(Buffer.buffer(tls.key())));
    }

    static URI address(int port, RouterConfig.Tls tls) {
        return URI.create((tls == null ? "http" : "https") + "://127.0.0.1:" + port);
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
