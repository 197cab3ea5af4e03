package io.gemel.router.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;

/**
 * Bytes both ways between a client and a VM whose connections were upgraded. Reads from one side only what the other one takes, so that it
 * holds as much as fits into the buffers of two sockets. A side that ends its output ends that of the other one, too; where TLS is spoken
 * both end. Confined to the event loop of both connections.
 */
final class Tunnel {
    /** How long one side gets to take what is left when the other one is gone. */
    static final long LINGER_MILLIS = 10_000;

    private static final String HANDLER = "handler";
    private static final long NEVER = -1;

    private final Upgraded upgraded;
    private final Consumer<Tunnel> onEnd;
    private final Side client;
    private final Side vm;
    private final boolean halves;
    private boolean parting;
    private long partingMillis = NEVER;
    private boolean over;

    /**
     * A tunnel that moves nothing yet.
     *
     * @param client with no HTTP in its pipeline
     * @param onEnd hears once that it has ended
     */
    Tunnel(Channel client, Upgraded upgraded, Consumer<Tunnel> onEnd) {
        this.upgraded = upgraded;
        this.onEnd = onEnd;
        halves = client.pipeline().get(SslHandler.class) == null
                && upgraded.channel().pipeline().get(SslHandler.class) == null;
        this.client = new Side(client, upgraded.channel());
        this.vm = new Side(upgraded.channel(), client);
    }

    void start() {
        client.enter();
        vm.enter();
        upgraded.withoutHttp();
        client.own.read();
        vm.own.read();
    }

    /** Bytes that the VM sent. */
    long bytes() {
        return vm.moved;
    }

    /**
     * Time passes.
     *
     * @param drainMillis how long it may last when its VM gets nothing new any more
     */
    void tick(long nowMillis, long drainMillis) {
        if (parting && partingMillis == NEVER) {
            partingMillis = nowMillis;
        }
        if (upgraded.stay().isOver(nowMillis, drainMillis) || (parting && nowMillis - partingMillis >= LINGER_MILLIS)) {
            close();
        }
    }

    void close() {
        client.own.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        upgraded.close();
        if (!over) {
            over = true;
            onEnd.accept(this);
        }
    }

    /** One of both connections, as the one that is read from. */
    private final class Side extends ChannelInboundHandlerAdapter {
        private final Channel own;
        private final Channel other;
        private long moved;
        private boolean ended;

        Side(Channel own, Channel other) {
            this.own = own;
            this.other = other;
        }

        void enter() {
            own.config().setAutoRead(false);
            if (halves) {
                own.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            }
            own.pipeline().replace(HANDLER, HANDLER, this);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof ByteBuf bytes) {
                moved += bytes.readableBytes();
                other.write(bytes).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            } else {
                ReferenceCountUtil.release(message); // the end of the VM's answer
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            other.flush();
            if (other.isWritable()) {
                own.read();
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (own.isWritable()) {
                other.read();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
                end();
            } else if (event instanceof IdleStateEvent) {
                close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            end();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            close();
        }

        private void end() {
            if (ended && own.isActive()) {
                return;
            }
            ended = true;
            boolean both = !halves || !own.isActive() || (client.ended && vm.ended);
            parting |= both;
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(unused -> {
                if (both || !(other instanceof DuplexChannel halvable)) {
                    close();
                } else {
                    halvable.shutdownOutput().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
                }
            });
        }
    }
}
