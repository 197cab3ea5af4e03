package io.gemel.router;

import io.gemel.router.RouterConfig.Tls;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.net.PemKeyCertOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How strictly clients' HTTP is read. */
final class StrictHttp {
    private StrictHttp() {}

    static HttpServerOptions options(RouterConfig config, int port) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.listen().host())
                .setPort(port)
                .setUseProxyProtocol(config.frontend().proxyProtocol())
                .setProxyProtocolTimeout(config.times().headerTimeout().toMillis())
                .setProxyProtocolTimeoutUnit(TimeUnit.MILLISECONDS)
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setMaxHeaderSize(config.limits().headersMax())
                .setMaxInitialLineLength(config.limits().lineMax())
                .setIdleTimeout((int) config.times().idleTimeout().toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setTcpNoDelay(true)
                .setAcceptBacklog(1024);
        Tls tls = config.tls();
        if (tls != null) {
            options.setSsl(true)
                    .setEnabledSecureTransportProtocols(Trust.PROTOCOLS)
                    .setSslHandshakeTimeout(config.times().headerTimeout().toMillis())
                    .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertValue(Buffer.buffer(tls.certificate()))
                            .addKeyValue(Buffer.buffer(tls.key())));
        }
        return options;
    }

    /** Puts a guard into a new connection's pipeline. */
    static void guard(HttpConnection connection, Duration headerTimeout, Runnable onRefusal) {
        // Vert.x shows the pipeline to its own code only; the tests with malformed requests fail if that changes.
        ChannelPipeline pipeline =
                ((HttpServerConnection) connection).channelHandlerContext().pipeline();
        new RequestGuard(headerTimeout.toMillis(), onRefusal).enter(pipeline, "httpDecoder", "handler");
    }
}
