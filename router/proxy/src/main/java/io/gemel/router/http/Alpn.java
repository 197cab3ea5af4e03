package io.gemel.router.http;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * Lets clients that come by TLS choose between HTTP/2 and HTTP/1.1. Vert.x is not told of it: it shows a connection of HTTP/2 only when that
 * has sent its settings, while all connections have to count from their first moment.
 */
final class Alpn extends JdkSSLEngineOptions {
    static final String HTTP_2 = "h2";

    private static final List<String> PROTOCOLS = List.of(HTTP_2, "http/1.1", "http/1.0");

    @Override
    public SslContextFactory sslContextFactory() {
        return new DefaultSslContextFactory(SslProvider.JDK, false) {
            @Override
            public SslContext create() throws SSLException {
                useAlpn(true);
                applicationProtocols(PROTOCOLS);
                return super.create();
            }
        };
    }
}
