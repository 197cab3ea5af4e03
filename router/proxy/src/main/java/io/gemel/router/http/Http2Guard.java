package io.gemel.router.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection of HTTP/2 that does what the decoder bears for ever: a preface, a head or another small frame that does not come to its
 * end in time, and frames without number that ask for nothing but work. It stands before the decoder. Confined to the connection's event
 * loop.
 */
final class Http2Guard extends ChannelInboundHandlerAdapter {
    /** Frames in {@link #WINDOW_MILLIS} that belong to no request: pings, settings, priorities, continued heads and unknown ones. */
    static final int FRAMES_MAX = 500;

    static final long WINDOW_MILLIS = 10_000;

    private static final int HEAD_LENGTH = 9;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RESET = 3;
    private static final int SETTINGS = 4;
    private static final int PUSH_PROMISE = 5;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 4;

    private final LongSupplier headMillis;
    private final LongSupplier nowMillis;
    private final Runnable onSlow;
    private final Runnable onFlood;
    private final byte[] head = new byte[HEAD_LENGTH];
    private int headAt;

    /** Of the preface, and then of a frame's payload. */
    private int left = Http2Preface.TEXT.length();

    private int type = -1;
    private boolean settled;
    private boolean inHeadBlock;
    private long windowMillis;
    private int frames;
    private boolean over;
    private @Nullable ScheduledFuture<?> timer;

    /**
     * A guard for one connection.
     *
     * @param headMillis longest time for the beginning of a connection, for a head and for any frame but one of data
     * @param nowMillis the router's own time
     * @param onSlow ends the connection
     * @param onFlood likewise, because of too many frames
     */
    Http2Guard(LongSupplier headMillis, LongSupplier nowMillis, Runnable onSlow, Runnable onFlood) {
        this.headMillis = headMillis;
        this.nowMillis = nowMillis;
        this.onSlow = onSlow;
        this.onFlood = onFlood;
        windowMillis = nowMillis.getAsLong();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        startTimer(context);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        stopTimer();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (!over && message instanceof ByteBuf read) {
            scan(read);
        }
        if (over) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (waits()) {
            startTimer(context);
        }
        super.channelRead(context, message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        stopTimer();
        super.channelInactive(context);
    }

    /** Whether something has begun that must soon come to its end. */
    private boolean waits() {
        return !settled || inHeadBlock || headAt > 0 || (left > 0 && type != DATA);
    }

    private void scan(ByteBuf read) {
        int at = read.readerIndex();
        while (at < read.writerIndex() && !over) {
            if (left > 0) {
                int skipped = Math.min(left, read.writerIndex() - at);
                at += skipped;
                left -= skipped;
                if (left == 0) {
                    frameEnds();
                }
            } else {
                head[headAt++] = read.getByte(at++);
                if (headAt == HEAD_LENGTH) {
                    headAt = 0;
                    frameBegins();
                }
            }
        }
    }

    private void frameBegins() {
        left = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | (head[2] & 0xff);
        type = head[3] & 0xff;
        if (type != DATA && type != HEADERS && type != WINDOW_UPDATE && type != RESET && flooded()) {
            over = true;
            stopTimer();
            onFlood.run();
            return;
        }
        if (type == HEADERS || type == PUSH_PROMISE || type == CONTINUATION) {
            inHeadBlock = true;
        }
        if (type == DATA && settled && !inHeadBlock) {
            stopTimer(); // a body has its own time
        }
        if (left == 0) {
            frameEnds();
        }
    }

    private boolean flooded() {
        long now = nowMillis.getAsLong();
        if (now - windowMillis >= WINDOW_MILLIS) {
            windowMillis = now;
            frames = 0;
        }
        return ++frames > FRAMES_MAX;
    }

    /** What is waited for next gets its own time. */
    private void frameEnds() {
        settled |= type == SETTINGS;
        if ((type == HEADERS || type == PUSH_PROMISE || type == CONTINUATION) && (head[4] & END_HEADERS) != 0) {
            inHeadBlock = false;
        }
        if (settled && !inHeadBlock) {
            stopTimer();
        }
    }

    private void startTimer(ChannelHandlerContext context) {
        if (timer == null) {
            timer = context.executor()
                    .schedule(
                            () -> {
                                over = true;
                                onSlow.run();
                            },
                            headMillis.getAsLong(),
                            TimeUnit.MILLISECONDS);
        }
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
