package io.gemel.router.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells by the first bytes of a connection without TLS whether its client speaks HTTP/2. Confined to the connection's event loop. */
final class Http2Preface extends ByteToMessageDecoder {
    /** What clients begin with, RFC 9113. */
    static final String TEXT = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private static final byte[] BYTES = TEXT.getBytes(StandardCharsets.US_ASCII);

    private final long headMillis;
    private final Runnable onRefusal;
    private final Runnable onHttp2;
    private @Nullable ScheduledFuture<?> timer;

    /**
     * @param headMillis longest time for it
     * @param onRefusal called when it does not come to its end in that time
     * @param onHttp2 makes the handlers behind this one ready for HTTP/2; they get the preface as well
     */
    Http2Preface(long headMillis, Runnable onRefusal, Runnable onHttp2) {
        this.headMillis = headMillis;
        this.onRefusal = onRefusal;
        this.onHttp2 = onHttp2;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        int length = Math.min(in.readableBytes(), BYTES.length);
        for (int i = 0; i < length; i++) {
            if (in.getByte(in.readerIndex() + i) != BYTES[i]) {
                context.pipeline().remove(this);
                return;
            }
        }
        if (length == BYTES.length) {
            onHttp2.run();
            context.pipeline().remove(this);
        } else if (timer == null) {
            timer = context.executor().schedule(() -> giveUp(context), headMillis, TimeUnit.MILLISECONDS);
        }
    }

    /** In which protocol it would have been is not known: one of HTTP/1.1 is answered so. */
    private void giveUp(ChannelHandlerContext context) {
        onRefusal.run();
        RequestGuard.answer(context, HttpResponseStatus.REQUEST_TIMEOUT);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
