package io.gemel.router;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A DNS server that gives every name the same IPv4 addresses and services, to be kept for an hour. */
final class TestDns implements AutoCloseable {
    private static final int HOUR_SECONDS = 3600;
    private static final int HEAD_BYTES = 12;
    private static final short A = 1;
    private static final short SRV = 33;
    private static final short POINTER_TO_QUESTION = (short) 0xc00c;

    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());

    /** What names stand for. */
    volatile List<String> addresses = List.of();

    /** Ports of services, all of them at localhost. */
    volatile List<Integer> services = List.of();

    /** What is said of every question: 0 that there is an answer, 2 that the server failed, 3 that there is no such name. */
    volatile int code;

    /** Whether it says nothing at all. */
    volatile boolean silent;

    TestDns() throws IOException {
        Thread thread = new Thread(this::run, "dns");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    private void run() {
        try {
            while (true) {
                DatagramPacket asked = new DatagramPacket(new byte[512], 512);
                socket.receive(asked);
                byte[] said = answer(ByteBuffer.wrap(asked.getData(), 0, asked.getLength()));
                if (!silent) {
                    socket.send(new DatagramPacket(said, said.length, asked.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            // It is closed.
        }
    }

    private byte[] answer(ByteBuffer asked) throws IOException {
        int end = HEAD_BYTES;
        while (asked.get(end) != 0) {
            end += asked.get(end) + 1;
        }
        short type = asked.getShort(end + 1);
        int count = code != 0 ? 0 : type == A ? addresses.size() : type == SRV ? services.size() : 0;
        Buffer said = Buffer.buffer()
                .appendShort(asked.getShort(0))
                .appendShort((short) (0x8180 | code))
                .appendShort((short) 1)
                .appendShort((short) count)
                .appendInt(0)
                .appendBytes(asked.array(), HEAD_BYTES, end + 5 - HEAD_BYTES);
        for (int i = 0; i < count; i++) {
            byte[] data = type == A ? InetAddress.getByName(addresses.get(i)).getAddress() : service(services.get(i));
            said.appendShort(POINTER_TO_QUESTION)
                    .appendShort(type)
                    .appendShort((short) 1)
                    .appendInt(HOUR_SECONDS)
                    .appendShort((short) data.length)
                    .appendBytes(data);
        }
        return said.getBytes();
    }

    private static byte[] service(int port) {
        byte[] host = "localhost".getBytes(StandardCharsets.US_ASCII);
        return Buffer.buffer()
                .appendShort((short) 10)
                .appendShort((short) 5)
                .appendShort((short) port)
                .appendByte((byte) host.length)
                .appendBytes(host)
                .appendByte((byte) 0)
                .getBytes();
    }

    @Override
    public void close() {
        socket.close();
    }
}
