package io.gemel.router.http;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.Settings;
import io.gemel.router.request.RequestCheck;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.QueryParamDecoderConfig;
import io.vertx.core.http.StreamPriority;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.http.impl.HttpServerRequestImpl;
import io.vertx.core.http.impl.HttpServerStream;
import io.vertx.core.http.impl.headers.HttpRequestHeaders;
import io.vertx.core.http.impl.http2.codec.Http2ServerConnectionImpl;
import io.vertx.core.http.impl.http2.codec.VertxHttp2ConnectionHandler;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.http.QueryParamDecoder;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How strictly clients' HTTP/2 is read. Confined to one event loop. */
public final class StrictHttp2 {
    private static final Logger LOG = LoggerFactory.getLogger(StrictHttp2.class);
    private static final String GUARD = "gemelFrames";
    private static final String HANDLER = "handler";

    /** Forms are never read here. */
    private static final int FORM_MAX = 1;

    private static final QueryParamDecoder QUERIES = new QueryParamDecoder(new QueryParamDecoderConfig());

    private final Settings settings;
    private final LongSupplier nowMillis;
    private final BooleanSupplier leaving;
    private final Handler<HttpServerRequest> requests;
    private final OnUnread onUnread;

    /**
     * @param nowMillis the router's own time
     * @param leaving whether clients are sent elsewhere
     * @param requests gets each request
     * @param onUnread hears of each request that is refused, and each connection that is ended, because of what its client does
     */
    public StrictHttp2(
            Settings settings,
            LongSupplier nowMillis,
            BooleanSupplier leaving,
            Handler<HttpServerRequest> requests,
            OnUnread onUnread) {
        this.settings = settings;
        this.nowMillis = nowMillis;
        this.leaving = leaving;
        this.requests = requests;
        this.onUnread = onUnread;
    }

    /**
     * Speaks HTTP/2 on a connection, from its first byte, in whose pipeline is nothing of HTTP any more but the last handler.
     *
     * @param before what Vert.x took it for
     */
    public HttpConnection begin(HttpServerConnection before) {
        ChannelPipeline pipeline = before.channelHandlerContext().pipeline();
        ContextInternal context = before.context();
        AtomicReference<Http2ServerConnectionImpl> made = new AtomicReference<>();
        RouterConfig now = settings.now();
        VertxHttp2ConnectionHandler<Http2ServerConnectionImpl> handler = Http2Codec.handler(
                now,
                of -> made.updateAndGet(unused -> new Careful(context, of)),
                (stream, why, status) -> refused(made.get(), stream, why, status));
        handler.addHandler(connection -> {
            connection.setWindowSize(Http2Codec.connectionWindow(now));
            connection.streamHandler(this::stream);
            if (leaving.getAsBoolean()) {
                sendAway(connection);
            }
        });
        pipeline.replace(HANDLER, HANDLER, handler);
        Http2ServerConnectionImpl connection = made.get();
        connection.exceptionHandler(why -> {
            if (why instanceof Http2Exception) {
                onUnread.unread(connection, 0);
            }
            LOG.debug("a connection of HTTP/2 is ended", why);
        });
        pipeline.addBefore(
                HANDLER,
                GUARD,
                new Http2Guard(
                        () -> settings.now().times().headerTimeout().toMillis(),
                        nowMillis,
                        () -> end(connection, Http2Error.NO_ERROR, RequestCheck.TIMEOUT),
                        () -> end(connection, Http2Error.ENHANCE_YOUR_CALM, 0)));
        return connection;
    }

    private void refused(Http2ServerConnectionImpl connection, int stream, Http2Error why, int status) {
        if (why == Http2Error.REFUSED_STREAM) {
            onUnread.noRoom(connection);
        } else if (connection.stream(stream) != null) {
            onUnread.unreadBody(connection, stream, status);
        } else {
            onUnread.unread(connection, status);
        }
    }

    /** Has a client of HTTP/2 send its next requests elsewhere; what is on its way here is still answered. Others are left alone. */
    @SuppressWarnings("deprecation") // there is no other way to say it
    public static void sendAway(HttpConnection connection) {
        if (connection.protocolVersion() == HttpVersion.HTTP_2) {
            connection.goAway(Http2Error.NO_ERROR.code(), Integer.MAX_VALUE);
        }
    }

    @SuppressWarnings("deprecation") // there is no other way to say it
    private void end(HttpConnection connection, Http2Error why, int status) {
        onUnread.unread(connection, status);
        connection.goAway(why.code());
        connection.close().onComplete(unused -> {});
    }

    private void stream(HttpServerStream stream) {
        new HttpServerRequestImpl(
                        requests,
                        stream,
                        stream.context(),
                        false,
                        FORM_MAX,
                        FORM_MAX,
                        FORM_MAX,
                        QUERIES,
                        "http://router")
                .init();
    }

    /**
     * Refuses a request whose method is none, where Vert.x would end the connection, and one that lacks something, of which Vert.x would tell
     * nobody; says of one that ends with its head that it has no body, which Vert.x tells only afterwards.
     */
    private final class Careful extends Http2ServerConnectionImpl {
        private final VertxHttp2ConnectionHandler<Http2ServerConnectionImpl> handler;

        Careful(ContextInternal context, VertxHttp2ConnectionHandler<Http2ServerConnectionImpl> handler) {
            super(context, context::duplicate, handler, null, null, null, null);
            this.handler = handler;
        }

        @Override
        protected synchronized void onHeadersRead(
                int streamId, Http2Headers headers, StreamPriority priority, boolean endOfStream) {
            boolean first = handler.connection().stream(streamId).getProperty(streamKey) == null;
            if (first && !isWhole(headers)) {
                onUnread.unread(this, 0);
                ChannelHandlerContext context = handler.context();
                handler.resetStream(context, streamId, Http2Error.PROTOCOL_ERROR.code(), context.newPromise())
                        .addListener(unused -> context.flush());
            } else {
                if (first && endOfStream && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
                    headers.set(HttpHeaderNames.CONTENT_LENGTH, "0");
                }
                super.onHeadersRead(streamId, headers, priority, endOfStream);
            }
        }

        private static boolean isWhole(Http2Headers headers) {
            return Http2Head.isMethod(headers.method()) && new HttpRequestHeaders(headers).validate();
        }
    }
}
