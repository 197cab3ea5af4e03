package io.gemel.router.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which frames have to come to their end in time, wherever a read of the connection ends. */
final class Http2GuardTest {
    private static final long HEAD_MILLIS = 500;
    private static final int HEAD_LENGTH = 9;

    private boolean slow;
    private final EmbeddedChannel channel = new EmbeddedChannel();

    Http2GuardTest() {
        channel.freezeTime();
        channel.pipeline().addLast(new Http2Guard(() -> HEAD_MILLIS, () -> 0, () -> slow = true, () -> {
            throw new AssertionError("nothing is flooded here");
        }));
        read(Http2Preface.TEXT.getBytes(StandardCharsets.US_ASCII));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void read(byte... bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes));
    }

    private void pass() {
        channel.advanceTimeBy(HEAD_MILLIS, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    private static byte[] head(int length, int type, int flags) {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        Http2Wire.head(head, length, type, flags, 1);
        return head.toByteArray();
    }

    private void readInTwo(byte[] bytes, int first) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, 0, first));
        channel.writeInbound(Unpooled.copiedBuffer(bytes, first, bytes.length - first));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 8, HEAD_LENGTH})
    void a_body_has_time_wherever_the_read_of_its_frames_head_ended(int first) {
        read(head(0, Http2Wire.SETTINGS, 0));
        readInTwo(head(100, Http2Wire.DATA, 0), first);
        pass();
        assertThat(slow).isFalse();
        read(new byte[100]);
        read(head(0, Http2Wire.DATA, 0)[0]);
        pass();
        assertThat(slow).as("a head of a frame that does not come").isTrue();
    }

    @Test
    void who_asks_for_nothing_is_in_no_hurry() {
        read(head(0, Http2Wire.SETTINGS, 0));
        pass();
        assertThat(slow).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 8, HEAD_LENGTH})
    void no_other_frame_has(int first) {
        read(head(0, Http2Wire.SETTINGS, 0));
        readInTwo(head(8, Http2Wire.PING, 0), first);
        pass();
        assertThat(slow).isTrue();
    }

    @Test
    void a_body_gives_no_time_to_what_was_to_come_before_it() {
        read(head(100, Http2Wire.DATA, 0));
        pass();
        assertThat(slow).as("without settings").isTrue();
    }

    @Test
    void nor_to_a_head_that_goes_on() {
        read(head(0, Http2Wire.SETTINGS, 0));
        read(head(0, Http2Wire.HEADERS, 0));
        read(head(100, Http2Wire.DATA, 0));
        pass();
        assertThat(slow).isTrue();
    }
}
