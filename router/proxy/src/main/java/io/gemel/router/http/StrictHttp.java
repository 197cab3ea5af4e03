package io.gemel.router.http;

import io.gemel.router.api.RouterClientTls;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterTls;
import io.gemel.router.api.Settings;
import io.gemel.router.request.RequestCheck;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.util.concurrent.TimeUnit;

/** How strictly clients' HTTP is read. */
public final class StrictHttp {
    private static final String DECODER = "httpDecoder";
    private static final String ENCODER = "httpEncoder";
    private static final String IDLE = "gemelIdle";

    private StrictHttp() {}

    public static HttpServerOptions options(RouterConfig config, int port) {
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
                .setTcpNoDelay(true)
                .setAcceptBacklog(1024);
        if (config.frontend().protocols().http2()) {
            options.setSslEngineOptions(new Alpn());
        }
        RouterTls tls = config.tls();
        if (tls != null) {
            options.setSsl(true)
                    .setEnabledSecureTransportProtocols(TlsOptions.PROTOCOLS)
                    .setSslHandshakeTimeout(config.times().headerTimeout().toMillis())
                    .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                    .setKeyCertOptions(KeyCertOptions.wrap(new ServerCertificates(
                            tls, config.frontend().clientTls().named())));
            askClients(options, config.frontend().clientTls());
        }
        return options;
    }

    private static void askClients(HttpServerOptions options, RouterClientTls by) {
        options.setClientAuth(
                switch (by.auth()) {
                    case NONE -> ClientAuth.NONE;
                    case REQUEST -> ClientAuth.REQUEST;
                    case REQUIRED -> ClientAuth.REQUIRED;
                });
        String authorities = by.authorities();
        if (authorities != null) {
            options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authorities)));
        }
    }

    /** The certificates that new connections are shown, and what they are asked for. */
    public static ServerSSLOptions certificate(RouterConfig config) {
        return options(config, config.listen().port()).getSslOptions();
    }

    /**
     * Puts a guard into a new connection's pipeline, and what settings of this moment say of it instead of those of the start.
     *
     * @param onHttp2 called once if HTTP/2 is spoken on it, before anything is read of that; nothing else of HTTP is in its pipeline by then
     */
    public static void guard(HttpConnection connection, Settings settings, OnUnread onUnread, Runnable onHttp2) {
        RequestGuard.OnRefusal onRefusal = (status, inMessage) -> {
            if (inMessage) {
                onUnread.unreadBody(connection, OnUnread.NO_STREAM, status);
            } else {
                onUnread.unread(connection, status);
            }
        };
        ChannelPipeline pipeline = pipeline(connection);
        RouterConfig now = settings.now();
        Http1ServerConfig limits = new Http1ServerConfig()
                .setMaxHeaderSize(now.limits().headersMax())
                .setMaxInitialLineLength(now.limits().lineMax());
        pipeline.addFirst(new LingeringClose());
        pipeline.replace(DECODER, DECODER, new StrictDecoder(limits));
        pipeline.addBefore(DECODER, IDLE, idle(now));
        new RequestGuard(() -> settings.now().times().headerTimeout().toMillis(), onRefusal)
                .enter(pipeline, DECODER, "handler");
        if (!now.frontend().protocols().http2()) {
            return;
        }
        Runnable begin = () -> {
            RequestGuard.leave(pipeline);
            pipeline.remove(DECODER);
            pipeline.remove(ENCODER);
            onHttp2.run();
        };
        SslHandler tls = pipeline.get(SslHandler.class);
        if (tls == null) {
            long headMillis = now.times().headerTimeout().toMillis();
            pipeline.addAfter(
                    IDLE,
                    "gemelPreface",
                    new Http2Preface(headMillis, () -> onUnread.unread(connection, RequestCheck.TIMEOUT), begin));
        } else if (Alpn.HTTP_2.equals(tls.applicationProtocol())) {
            begin.run();
        }
    }

    /** Lets a connection be idle for longer, if that is what is said now; never for less, since a request may be under way that rests on it. */
    public static void keepLonger(HttpConnection connection, RouterConfig config) {
        ChannelPipeline pipeline = pipeline(connection);
        boolean less = pipeline.get(IDLE) instanceof IdleStateHandler idle
                && idle.getAllIdleTimeInMillis() < config.times().idleTimeout().toMillis();
        if (less) {
            pipeline.replace(IDLE, IDLE, idle(config));
        }
    }

    /** Ends HTTP on a connection that has become a tunnel: what is left of its pipeline are TLS and the watch for silence. */
    public static Channel withoutHttp(NetSocket socket) {
        ChannelPipeline pipeline =
                ((NetSocketInternal) socket).channelHandlerContext().pipeline();
        RequestGuard.leave(pipeline);
        return pipeline.channel();
    }

    /** Hears when a connection is closed, whatever it was used for by then. */
    public static void onClose(HttpConnection connection, Runnable closed) {
        pipeline(connection).channel().closeFuture().addListener(unused -> closed.run());
    }

    private static IdleStateHandler idle(RouterConfig config) {
        return new IdleStateHandler(0, 0, config.times().idleTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Vert.x shows it to its own code only; the tests with malformed requests fail if that changes. */
    private static ChannelPipeline pipeline(HttpConnection connection) {
        return ((HttpServerConnection) connection).channelHandlerContext().pipeline();
    }
}
