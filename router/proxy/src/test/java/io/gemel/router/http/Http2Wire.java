package io.gemel.router.http;

import io.gemel.router.TestBench;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A client's end of HTTP/2 without TLS that writes whatever a test wants it to, and hears everything that is answered. */
public final class Http2Wire implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    private static final int HAS_PRIORITY = 0x20;

    /** One frame that came, or the end of the connection, whose type is -1. */
    record Frame(int type, int flags, int stream, byte[] payload) {
        static final Frame END = new Frame(-1, 0, 0, new byte[0]);

        /** What is left of a head behind its priority. */
        byte[] fragment() {
            return (flags & HAS_PRIORITY) == 0 ? payload : Arrays.copyOfRange(payload, 5, payload.length);
        }

        boolean ends() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0 || type == RST_STREAM;
        }

        long code() {
            int at = type == GOAWAY ? 4 : 0;
            return ((payload[at] & 0xffL) << 24)
                    | (payload[at + 1] & 0xff) << 16
                    | (payload[at + 2] & 0xff) << 8
                    | (payload[at + 3] & 0xff);
        }
    }

    /** What became of a request: its status as text, or RST and why. */
    public record Answer(String status, Http2Headers headers, String body) {}

    final Socket socket;
    final List<Frame> frames = new ArrayList<>();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
    private final Map<Integer, Long> sent = new HashMap<>();
    private int next = 1;

    public Http2Wire(int port) throws IOException {
        this(port, new byte[0]);
    }

    /** @param before what stands before everything else */
    Http2Wire(int port, byte[] before) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout((int) TestBench.LIMIT.toMillis());
        socket.getOutputStream().write(before);
        socket.getOutputStream().write(Http2Preface.TEXT.getBytes(StandardCharsets.US_ASCII));
        write(SETTINGS, 0, 0, new byte[0]);
    }

    void write(int type, int flags, int stream, byte[] payload) throws IOException {
        if (type == DATA) {
            sent.merge(stream, (long) payload.length, Long::sum);
        }
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        head(frame, payload.length, type, flags, stream);
        frame.write(payload);
        socket.getOutputStream().write(frame.toByteArray());
    }

    static void head(ByteArrayOutputStream frame, int length, int type, int flags, int stream) {
        frame.write(length >> 16);
        frame.write(length >> 8);
        frame.write(length);
        frame.write(type);
        frame.write(flags);
        frame.write(stream >> 24);
        frame.write(stream >> 16);
        frame.write(stream >> 8);
        frame.write(stream);
    }

    /** Headers as literals that are not remembered, each as it stands: {@code name=value}. */
    static byte[] block(String... headers) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (String header : headers) {
            int is = header.indexOf('=');
            block.write(0);
            string(block, header.substring(0, is));
            string(block, header.substring(is + 1));
        }
        return block.toByteArray();
    }

    private static void string(ByteArrayOutputStream block, String text) {
        int length = text.length();
        if (length < 127) {
            block.write(length);
        } else {
            block.write(127);
            for (length -= 127; length >= 128; length >>= 7) {
                block.write(length & 127 | 128);
            }
            block.write(length);
        }
        block.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public static String[] request(String method, String path, String... more) {
        List<String> all =
                new ArrayList<>(List.of(":method=" + method, ":scheme=http", ":authority=x", ":path=" + path));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** Begins a request; its head may be longer than a frame. */
    public int begin(boolean ends, String... headers) throws IOException {
        int stream = next;
        next += 2;
        byte[] block = block(headers);
        int max = 16_384;
        for (int at = 0; at == 0 || at < block.length; at += max) {
            int length = Math.min(max, block.length - at);
            byte[] part = Arrays.copyOfRange(block, at, at + length);
            int flags = (at + length == block.length ? END_HEADERS : 0) | (at == 0 && ends ? END_STREAM : 0);
            write(at == 0 ? HEADERS : CONTINUATION, flags, stream, part);
        }
        return stream;
    }

    public void data(int stream, String text, boolean ends) throws IOException {
        write(DATA, ends ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Whether a stream has not been answered, as far as can be seen without waiting. */
    boolean room(int stream) throws IOException {
        while (socket.getInputStream().available() >= 9) {
            frames.add(read());
        }
        return frames.stream().noneMatch(frame -> frame.stream() == stream && frame.type() != WINDOW_UPDATE);
    }

    /** Bytes of bodies that were sent on a stream. */
    long sent(int stream) {
        return sent.getOrDefault(stream, 0L);
    }

    /** Bytes that a stream's and the connection's windows still let pass. */
    long window(int stream) throws IOException {
        while (socket.getInputStream().available() >= 9) {
            frames.add(read());
        }
        long ofStream = Http2Codec.STREAM_WINDOW - sent(stream);
        long ofConnection =
                65_535 - sent.values().stream().mapToLong(Long::longValue).sum();
        for (Frame frame : frames) {
            if (frame.type() == WINDOW_UPDATE) {
                ofStream += frame.stream() == stream ? frame.code() : 0;
                ofConnection += frame.stream() == 0 ? frame.code() : 0;
            }
        }
        return Math.min(ofStream, ofConnection);
    }

    /** Sends as much of a body as the windows let pass at this moment. */
    void fill(int stream) throws IOException {
        for (long window = window(stream); window > 0; window = window(stream)) {
            write(DATA, 0, stream, new byte[(int) Math.min(window, 16_000)]);
        }
    }

    /** Lets the other side send so many bytes more. */
    void open(int stream, int bytes) throws IOException {
        write(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array());
    }

    void reset(int stream) throws IOException {
        write(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
    }

    public Answer ask(String... headers) throws Exception {
        return answer(begin(true, headers));
    }

    /** Reads until a stream has ended. */
    public Answer answer(int stream) throws IOException, Http2Exception {
        await(frame -> frame.stream() == stream && frame.ends() || frame.type() < 0);
        String status = "none";
        Http2Headers headers = null;
        StringBuilder body = new StringBuilder();
        for (Frame frame : frames) {
            if (frame.stream() != stream) {
                continue;
            }
            if (frame.type() == HEADERS) {
                Http2Headers decoded = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(frame.fragment()));
                if (decoded.status() != null) {
                    headers = decoded;
                    status = decoded.status().toString();
                }
            } else if (frame.type() == DATA) {
                body.append(new String(frame.payload(), StandardCharsets.UTF_8));
            } else if (frame.type() == RST_STREAM) {
                status = (status.equals("none") ? "" : status + " ") + "RST " + frame.code();
            }
        }
        frames.removeIf(frame -> frame.stream() == stream && frame.type() == HEADERS); // the table is read in order
        return new Answer(status, headers, body.toString());
    }

    /** Reads up to a frame of that kind. */
    Frame await(Predicate<Frame> wanted) throws IOException {
        for (Frame frame : frames) {
            if (wanted.test(frame)) {
                return frame;
            }
        }
        while (true) {
            Frame frame = read();
            frames.add(frame);
            if (wanted.test(frame)) {
                return frame;
            }
        }
    }

    /** Whether the connection is ended by the other side. */
    boolean ends() throws IOException {
        return await(frame -> frame.type() < 0).type() < 0;
    }

    /** Why the other side has ended the connection. */
    long goAway() throws IOException {
        return await(frame -> frame.type() == GOAWAY).code();
    }

    private Frame read() throws IOException {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = new byte[length];
            in.readFully(payload);
            if (type == SETTINGS && (flags & ACK) == 0) {
                write(SETTINGS, ACK, 0, new byte[0]);
            }
            return new Frame(type, flags, stream, payload);
        } catch (EOFException | SocketException e) {
            return Frame.END;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
