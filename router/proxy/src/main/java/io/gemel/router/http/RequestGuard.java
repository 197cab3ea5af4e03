package io.gemel.router.http;

import io.gemel.router.request.UpgradeRules;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Refuses on one connection what the HTTP decoder lets through or merely cuts off: heads that do not come to an end in time, folded header
 * lines, bodies that are not proper chunks, and whatever a client sends behind a request for another protocol before that is answered: nobody
 * can know in which protocol it is. It stands before and behind the decoder. A head that comes in one piece with the end of
 * the request before it is not looked at for folds; the decoder joins such lines, so that nobody behind it sees a fold. Confined to the
 * connection's event loop.
 */
final class RequestGuard {
    private static final String BYTES = "gemelBytes";
    private static final String MESSAGES = "gemelMessages";

    /** Hears of refusals. */
    @FunctionalInterface
    interface OnRefusal {
        /**
         * Something was refused.
         *
         * @param inMessage whether the head of the request had been read, and its body is what is refused
         */
        void refused(int status, boolean inMessage);
    }

    private final LongSupplier headMillis;
    private final OnRefusal onRefusal;
    private final FoldScan scan = new FoldScan();
    private @Nullable ChannelHandlerContext bytes;
    private @Nullable ScheduledFuture<?> timer;
    private boolean inMessage;

    /** Something of a head has come, and not its end. */
    private boolean begun;

    private boolean responding;

    /** Requests that were read and are not answered. */
    private int unanswered;

    /** The last one of them asks for another protocol. */
    private boolean upgrading;

    private boolean refused;

    /** With what is answered as soon as earlier requests are. */
    private @Nullable HttpResponseStatus postponed;

    /** How many of them. */
    private int earlier;

    /** The answer that is written says that it is the connection's last. */
    private boolean ending;

    /**
     * A guard for one connection.
     *
     * @param headMillis longest time from a head's first byte to its end
     * @param onRefusal hears of each refusal
     */
    RequestGuard(LongSupplier headMillis, OnRefusal onRefusal) {
        this.headMillis = headMillis;
        this.onRefusal = onRefusal;
    }

    /** Takes its two places. */
    void enter(ChannelPipeline pipeline, String decoder, String handler) {
        pipeline.addBefore(decoder, BYTES, new Bytes());
        pipeline.addBefore(handler, MESSAGES, new Messages());
    }

    /** Leaves them: no HTTP comes any more. */
    static void leave(ChannelPipeline pipeline) {
        pipeline.remove(BYTES);
        pipeline.remove(MESSAGES);
    }

    private void refuse(HttpResponseStatus status) {
        ChannelHandlerContext context = bytes;
        if (refused || context == null) {
            return;
        }
        refused = true;
        stopTimer();
        onRefusal.refused(status.code(), inMessage);
        int refusedOnes = inMessage || upgrading ? 1 : 0;
        if (unanswered > refusedOnes) {
            // What is written now would be mistaken for the answer to an earlier request.
            postponed = status;
            earlier = unanswered - refusedOnes;
        } else if (responding) {
            // Its answer has begun: a second one must not be mistaken for a part of it.
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        } else {
            answer(context, status);
        }
    }

    /** An answer was written; the one to what was refused follows on the last of those before it, unless that ends the connection. */
    private void answered() {
        ChannelHandlerContext context = bytes;
        if (postponed != null && context != null && --earlier == 0 && !ending) {
            answer(context, postponed);
        }
    }

    /** Answers what could not be read, and ends the connection. */
    static void answer(ChannelHandlerContext context, HttpResponseStatus status) {
        String answer = "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        context.writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.US_ASCII))
                .addListener(ChannelFutureListener.CLOSE);
    }

    private void startTimer(ChannelHandlerContext context) {
        if (timer == null) {
            timer = context.executor()
                    .schedule(
                            () -> refuse(HttpResponseStatus.REQUEST_TIMEOUT),
                            headMillis.getAsLong(),
                            TimeUnit.MILLISECONDS);
        }
    }

    private void stopTimer() {
        begun = false;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private final class Bytes extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            bytes = context;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            if (refused) {
                ReferenceCountUtil.release(message);
                return;
            }
            if (upgrading && message instanceof ByteBuf read && read.isReadable()) {
                ReferenceCountUtil.release(message);
                refuse(HttpResponseStatus.BAD_REQUEST);
                return;
            }
            if (!inMessage && message instanceof ByteBuf read && read.isReadable()) {
                begun = true;
                if (scan.findsFold(read)) {
                    ReferenceCountUtil.release(message);
                    refuse(HttpResponseStatus.BAD_REQUEST);
                    return;
                }
            }
            super.channelRead(context, message);
            if (begun) {
                startTimer(context);
            }
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            stopTimer();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            stopTimer();
            super.channelInactive(context);
        }
    }

    private final class Messages extends ChannelDuplexHandler {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            if (refused) {
                ReferenceCountUtil.release(message);
                return;
            }
            if (message instanceof HttpRequest request && !isKnown(request.protocolVersion())) {
                ReferenceCountUtil.release(message);
                refuse(HttpResponseStatus.NOT_IMPLEMENTED); // Vert.x would say so as well, and tell nobody
                return;
            }
            if (message instanceof HttpRequest request
                    && request.decoderResult().isFailure()) {
                ReferenceCountUtil.release(message);
                refuse(status(request.decoderResult().cause()));
                return;
            }
            if (message instanceof HttpRequest request) {
                stopTimer();
                inMessage = true;
                unanswered++;
                upgrading =
                        UpgradeRules.wanted(request.protocolVersion().equals(HttpVersion.HTTP_1_1), request.headers())
                                != null;
            }
            if (!(message instanceof HttpRequest)
                    && message instanceof HttpContent content
                    && content.decoderResult().isFailure()) {
                ReferenceCountUtil.release(message);
                refuse(HttpResponseStatus.BAD_REQUEST);
                return;
            }
            if (message instanceof LastHttpContent) {
                inMessage = false;
                scan.restart();
                if (upgrading && hasMore(context)) {
                    ReferenceCountUtil.release(message);
                    refuse(HttpResponseStatus.BAD_REQUEST);
                    return;
                }
            }
            super.channelRead(context, message);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            if (message instanceof HttpResponse response && response.status().code() >= 200) {
                responding = true;
                ending = !HttpUtil.isKeepAlive(response);
            }
            boolean last = message instanceof LastHttpContent && responding;
            if (last) {
                responding = false;
                upgrading &= --unanswered > 0;
            }
            super.write(context, message, promise);
            if (last) {
                answered();
            }
        }
    }

    private static HttpResponseStatus status(Throwable why) {
        if (why instanceof TooLongHttpLineException) {
            return HttpResponseStatus.REQUEST_URI_TOO_LONG;
        }
        return why instanceof TooLongHttpHeaderException
                ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                : HttpResponseStatus.BAD_REQUEST;
    }

    private static boolean hasMore(ChannelHandlerContext context) {
        StrictDecoder decoder = context.pipeline().get(StrictDecoder.class);
        return decoder != null && decoder.hasMore();
    }

    private static boolean isKnown(HttpVersion version) {
        return version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
    }
}
