package io.gemel.router.http;

import io.gemel.router.api.RouterConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.vertx.core.http.impl.http2.codec.Http2ServerConnectionImpl;
import io.vertx.core.http.impl.http2.codec.VertxHttp2ConnectionHandler;
import java.util.function.Function;

/** Makes the handler that reads and writes HTTP/2 for Vert.x, with a bound on everything that a client may send or have kept. */
final class Http2Codec
        extends AbstractHttp2ConnectionHandlerBuilder<
                VertxHttp2ConnectionHandler<Http2ServerConnectionImpl>, Http2Codec> {
    /** Bytes of a request's body that its client may send before they are read. */
    static final int STREAM_WINDOW = 256 << 10;

    /** Requests that a client may begin and reset, and improper ones that the router resets, in {@link #RESETS_SECONDS}. */
    static final int RESETS_MAX = 200;

    static final int RESETS_SECONDS = 30;

    /** Answers to pings and settings that a client has not read yet. */
    static final int QUEUED_FRAMES_MAX = 1000;

    /** Small frames in which one head goes on. */
    private static final int SMALL_CONTINUATIONS_MAX = 16;

    /** Frames of data in a row with nothing in them. */
    private static final int EMPTY_FRAMES_MAX = 10;

    private final Function<VertxHttp2ConnectionHandler<Http2ServerConnectionImpl>, Http2ServerConnectionImpl>
            connections;

    private final OnRefusal onRefusal;

    /** Hears of requests that are refused by their streams' end, before that. */
    @FunctionalInterface
    interface OnRefusal {
        /**
         * One is refused.
         *
         * @param status that is answered; 0 for none
         */
        void refused(int stream, Http2Error why, int status);
    }

    private Http2Codec(
            RouterConfig config,
            Function<VertxHttp2ConnectionHandler<Http2ServerConnectionImpl>, Http2ServerConnectionImpl> connections,
            OnRefusal onRefusal) {
        this.connections = connections;
        this.onRefusal = onRefusal;
        initialSettings(new Http2Settings()
                .maxConcurrentStreams(config.frontend().protocols().streamsMax())
                .initialWindowSize(STREAM_WINDOW)
                .maxHeaderListSize(
                        config.limits().headersMax() + config.limits().lineMax()));
        DefaultHttp2Connection connection = new DefaultHttp2Connection(true, 0);
        // Every stream gets the same share: nobody's tree of priorities is kept.
        connection
                .remote()
                .flowController(
                        new DefaultHttp2RemoteFlowController(connection, new UniformStreamByteDistributor(connection)));
        connection(connection);
        gracefulShutdownTimeoutMillis(0);
        decoderEnforceMaxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS);
        encoderEnforceMaxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS);
        decoderEnforceMaxSmallContinuationFrames(SMALL_CONTINUATIONS_MAX);
        decoderEnforceMaxConsecutiveEmptyDataFrames(EMPTY_FRAMES_MAX);
        encoderEnforceMaxQueuedControlFrames(QUEUED_FRAMES_MAX);
        // No answer's headers are remembered, however large a table the client wants to have.
        headerSensitivityDetector(Http2HeadersEncoder.ALWAYS_SENSITIVE);
    }

    /**
     * Bytes of bodies that a client may send on a connection before they are read: as many as all of its requests together, so that those
     * which nobody reads at the moment leave room for the others.
     */
    static int connectionWindow(RouterConfig config) {
        return (int)
                Math.min(Integer.MAX_VALUE, (long) config.frontend().protocols().streamsMax() * STREAM_WINDOW);
    }

    /**
     * The handler of one connection.
     *
     * @param connections makes the connection
     * @param onRefusal hears of each request that is refused because of what its client does
     */
    static VertxHttp2ConnectionHandler<Http2ServerConnectionImpl> handler(
            RouterConfig config,
            Function<VertxHttp2ConnectionHandler<Http2ServerConnectionImpl>, Http2ServerConnectionImpl> connections,
            OnRefusal onRefusal) {
        return new Http2Codec(config, connections, onRefusal).build();
    }

    @Override
    protected VertxHttp2ConnectionHandler<Http2ServerConnectionImpl> build(
            Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initialSettings) {
        VertxHttp2ConnectionHandler<Http2ServerConnectionImpl> handler =
                new Counting(connections, decoder, encoder, initialSettings, onRefusal);
        decoder.frameListener(handler);
        return handler;
    }

    private static final class Counting extends VertxHttp2ConnectionHandler<Http2ServerConnectionImpl> {
        private final OnRefusal onRefusal;

        Counting(
                Function<VertxHttp2ConnectionHandler<Http2ServerConnectionImpl>, Http2ServerConnectionImpl> connections,
                Http2ConnectionDecoder decoder,
                Http2ConnectionEncoder encoder,
                Http2Settings initialSettings,
                OnRefusal onRefusal) {
            super(connections, false, decoder, encoder, initialSettings);
            this.onRefusal = onRefusal;
        }

        @Override
        protected void onStreamError(
                ChannelHandlerContext context,
                boolean outbound,
                Throwable cause,
                Http2Exception.StreamException rejection) {
            // Frames that cross the end of their stream are nobody's fault.
            if (!outbound && rejection.error() != Http2Error.STREAM_CLOSED) {
                onRefusal.refused(rejection.streamId(), rejection.error(), status(rejection));
            }
            super.onStreamError(context, outbound, cause, rejection);
        }

        private static int status(Http2Exception.StreamException rejection) {
            return rejection instanceof Http2Exception.HeaderListSizeException ? Http2Head.HEADERS_TOO_LARGE : 0;
        }
    }
}
