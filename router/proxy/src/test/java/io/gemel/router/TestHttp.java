package io.gemel.router;

import io.gemel.router.api.RouterTls;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** How tests use Vert.x. */
public final class TestHttp {
    private TestHttp() {}

    /** Options of a server on this machine that asks its clients for certificates of these authorities, if any. */
    static HttpServerOptions server(int port, RouterTls tls, String authorities) {
        HttpServerOptions options = server(port, tls);
        return authorities == null
                ? options
                : options.setClientAuth(ClientAuth.REQUIRED)
                        .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authorities)));
    }

    /** Options of a server on this machine; without a certificate it serves plain HTTP. */
    static HttpServerOptions server(int port, RouterTls tls) {
        HttpServerOptions options =
                new HttpServerOptions().setHost("127.0.0.1").setPort(port).setIdleTimeout(0);
        return tls == null
                ? options
                : options.setSsl(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .addCertValue(Buffer.buffer(tls.certificate()))
                                .addKeyValue(Buffer.buffer(tls.key())));
    }

    static URI address(int port, RouterTls tls) {
        return URI.create((tls == null ? "http" : "https") + "://127.0.0.1:" + port);
    }

    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
