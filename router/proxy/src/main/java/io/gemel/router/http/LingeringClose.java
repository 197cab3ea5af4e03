package io.gemel.router.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Closes a client's connection in two steps: nothing more is written, and further input is discarded until the client
 * closes its side or a short time has passed. The kernel resets a connection that is closed with unread input, and an
 * answer in transit can be lost with it. First in the pipeline: TLS is already closed by then. Confined to the
 * connection's event loop.
 */
public final class LingeringClose extends ChannelDuplexHandler {
    /** For how long a client's input is thrown away. */
    public static final long LIMIT_MILLIS = 1000;

    private boolean closing;

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) throws Exception {
        if (!(context.channel() instanceof DuplexChannel channel) || !channel.isActive()) {
            super.close(context, promise);
            return;
        }
        channel.closeFuture().addListener(closed -> promise.trySuccess());
        if (!closing) {
            closing = true;
            channel.config().setAutoRead(true);
            Runnable end = () -> context.close().addListener(closed -> {});
            ScheduledFuture<?> limit = context.executor().schedule(end, LIMIT_MILLIS, TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(closed -> limit.cancel(false));
            channel.shutdownOutput().addListener(shut -> {
                if (!shut.isSuccess()) {
                    end.run();
                }
            });
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (closing) {
            ReferenceCountUtil.release(message);
        } else {
            super.channelRead(context, message);
        }
    }
}
