package io.gemel.router.client;

import io.gemel.router.decision.VmState;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.impl.http1.Http1ClientConnection;

/**
 * A connection to a VM that has switched to another protocol: it belongs to no pool any more, and counts for its VM until it is closed.
 * Confined to its event loop.
 */
public final class Upgraded {
    private static final String CODEC = "codec";

    private final Channel channel;
    private final Stay stay;

    private Upgraded(Channel channel, Stay stay) {
        this.channel = channel;
        this.stay = stay;
    }

    /** Takes the connection of an answer that switches; call while its head is told, so that nothing behind it is lost. */
    public static Upgraded of(HttpClientResponse response, VmState vm) {
        Http1ClientConnection connection =
                (Http1ClientConnection) response.request().connection();
        Channel channel = connection.channelHandlerContext().channel();
        channel.config().setAutoRead(false);
        connection.toNetSocket(); // out of its pool
        vm.outstanding().upgraded(1);
        channel.closeFuture().addListener(unused -> vm.outstanding().upgraded(-1));
        return new Upgraded(channel, new Stay(vm));
    }

    Channel channel() {
        return channel;
    }

    Stay stay() {
        return stay;
    }

    /** Ends HTTP on it: what has come behind the answer's head goes to its last handler. */
    void withoutHttp() {
        channel.pipeline().remove(CODEC);
    }

    void close() {
        channel.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
}
