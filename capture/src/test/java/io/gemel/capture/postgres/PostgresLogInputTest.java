package io.gemel.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.reason.RowRoom;
import io.gemel.transaction.TableId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Messages as a PostgreSQL server frames them, over a socket. */
class PostgresLogInputTest {
    private static final int MIB = 1 << 20;

    private final PostgresLargeValues large = new PostgresLargeValues(RowRoom.of(8 * MIB), 12 * MIB);

    @Test
    void everything_but_large_values_passes_as_it_is() throws Exception {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        Random random = new Random(4);
        for (int i = 0; i < 2_000; i++) {
            byte[] message = new byte[random.nextInt(3_000)];
            random.nextBytes(message);
            sent.write(frame(random.nextBoolean() ? 'd' : 'T', message));
        }
        byte[] logical = new byte[3 * MIB];
        random.nextBytes(logical);
        sent.write(frame('d', logged('M', logical)));
        sent.write(frame('D', new byte[2 * MIB]));

        assertThat(received(sent.toByteArray())).isEqualTo(sent.toByteArray());
    }

    @Test
    void a_token_stands_for_each_large_value_and_the_message_is_as_long_as_it_says() throws Exception {
        String body = "\\x" + "0a".repeat(2 * MIB);
        byte[] row = frame('d', logged('I', bytes(out -> {
            out.writeInt(16_384);
            out.writeByte('N');
            tuple(out, "1", body, null, "Größe 😀");
        })));

        try (Pair pair = new Pair(row)) {
            DataInputStream in = new DataInputStream(pair.input());
            assertThat(in.readByte()).isEqualTo((byte) 'd');
            byte[] rest = in.readNBytes(in.readInt() - Integer.BYTES);
            DataInputStream message = new DataInputStream(new ByteArrayInputStream(rest));
            message.skipNBytes(1 + 24 + 1 + Integer.BYTES + 1);
            assertThat(message.readShort()).isEqualTo((short) 4);
            assertThat(text(message)).isEqualTo("1");
            String token = text(message);
            assertThat(PostgresLargeValues.isToken(token)).isTrue();
            assertThat(large.value(token).toString().equals(body)).isTrue();
            assertThat(text(message)).isNull();
            assertThat(text(message)).isEqualTo("Größe 😀");
            assertThat(message.available()).isZero();
            assertThat(large.refused()).isZero();
        }
    }

    @Test
    void of_a_row_that_is_too_large_only_the_size_is_left_and_what_comes_behind_it_passes() throws Exception {
        byte[] behind = frame('d', logged('C', new byte[25]));
        byte[] row = frame('d', logged('U', bytes(out -> {
            out.writeInt(16_384);
            out.writeByte('O');
            tuple(out, "1", "\\x" + "0a".repeat(12 * MIB), "Any text. ".repeat(MIB));
            out.writeByte('N');
            tuple(out, "1", "\\x" + "0b".repeat(MIB), "short");
        })));

        byte[] received = received(concatenated(row, behind));

        assertThat(received).hasSizeLessThan(300);
        assertThat(large.refused()).isBetween(22L * MIB, 25L * MIB);
        assertThat(new String(received, received.length - behind.length, behind.length, StandardCharsets.ISO_8859_1))
                .isEqualTo(new String(behind, StandardCharsets.ISO_8859_1));
    }

    @Test
    void a_row_may_fit_into_memory_and_not_into_the_log() throws Exception {
        byte[] row = frame('d', logged('I', bytes(out -> {
            out.writeInt(16_384);
            out.writeByte('N');
            tuple(out, "1", "\\x" + "0a".repeat(7 * MIB), "short");
        })));

        assertThat(received(row)).hasSizeLessThan(200);
        assertThat(large.refused()).isBetween(7L * MIB, 8L * MIB);
        assertThat(large.refusal(new TableId("public", "document"), List.of("1")))
                .hasMessageContainingAll(
                        "row public.document[1] takes 15 MiB in the log, where a change may take 12 MiB",
                        "docs/configuration.md");
    }

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] bytes(Writing writing) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        writing.to(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static byte[] frame(char kind, byte[] message) throws IOException {
        return bytes(out -> {
            out.writeByte(kind);
            out.writeInt(message.length + Integer.BYTES);
            out.write(message);
        });
    }

    private static byte[] logged(char kind, byte[] message) throws IOException {
        return bytes(out -> {
            out.writeByte('w');
            out.write(new byte[24]);
            out.writeByte(kind);
            out.write(message);
        });
    }

    private static void tuple(DataOutputStream out, @Nullable String... values) throws IOException {
        out.writeShort(values.length);
        for (String value : values) {
            if (value == null) {
                out.writeByte('n');
            } else {
                byte[] text = value.getBytes(StandardCharsets.UTF_8);
                out.writeByte('t');
                out.writeInt(text.length);
                out.write(text);
            }
        }
    }

    private static @Nullable String text(DataInputStream message) throws IOException {
        return message.readByte() == 'n'
                ? null
                : new String(message.readNBytes(message.readInt()), StandardCharsets.UTF_8);
    }

    private static byte[] concatenated(byte[] one, byte[] other) throws IOException {
        return bytes(out -> {
            out.write(one);
            out.write(other);
        });
    }

    private byte[] received(byte[] sent) throws Exception {
        try (Pair pair = new Pair(sent)) {
            return pair.input().readAllBytes();
        }
    }

    @Test
    void what_is_waited_for_is_not_lost() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket here = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket there = server.accept()) {
            here.setSoTimeout(12_345);
            PostgresLogInput input = new PostgresLogInput(here, large);
            assertThat(input.await(1)).isFalse();

            byte[] message = frame('d', logged('C', new byte[25]));
            there.getOutputStream().write(message);
            assertThat(input.await(60_000)).isTrue();
            assertThat(input.available()).isPositive();
            assertThat(input.readNBytes(message.length)).isEqualTo(message);
            assertThat(here.getSoTimeout()).isEqualTo(12_345);

            there.shutdownOutput();
            assertThat(input.await(60_000)).isFalse();
        }
    }

    /** A connection whose other end sends bytes, and closes. */
    private final class Pair implements AutoCloseable {
        private final Socket here;

        Pair(byte[] sent) throws IOException {
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                here = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket there = server.accept();
                Thread sender = new Thread(() -> {
                    try (there) {
                        there.getOutputStream().write(sent);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
                sender.setDaemon(true);
                sender.start();
            }
        }

        InputStream input() throws IOException {
            return new PostgresLogInput(here, large);
        }

        @Override
        public void close() throws IOException {
            here.close();
        }
    }
}
