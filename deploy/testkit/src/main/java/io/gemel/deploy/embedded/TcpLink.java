package io.gemel.deploy.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One connection through a proxy: two sockets and a thread per direction that carries bytes from one to the other. */
final class TcpLink {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Socket client;
    private final Socket target;
    private volatile TcpGate gate;
    private final Consumer<TcpLink> onEnd;
    private final AtomicInteger openDirections = new AtomicInteger(TcpDirection.values().length);

    private TcpLink(Socket client, Socket target, TcpGate gate, Consumer<TcpLink> onEnd) {
        this.client = client;
        this.target = target;
        this.gate = gate;
        this.onEnd = onEnd;
    }

    /**
     * Starts to carry bytes.
     *
     * @param onEnd called when the connection has ended, at least once
     */
    static TcpLink start(Socket client, Socket target, TcpGate gate, Consumer<TcpLink> onEnd) {
        TcpLink link = new TcpLink(client, target, gate, onEnd);
        for (TcpDirection direction : TcpDirection.values()) {
            Thread pump = new Thread(() -> link.pump(direction), "proxy " + client.getPort() + " " + direction);
            pump.setDaemon(true);
            pump.start();
        }
        return link;
    }

    /** Lets everything wait at another gate from now on, if the server sees the connection come from this port. */
    void strand(int serverSeesPort, TcpGate held) {
        if (target.getLocalPort() == serverSeesPort) {
            gate = held;
        }
    }

    /** Breaks the connection for both sides at once. */
    void reset() {
        reset(client);
        reset(target);
        onEnd.accept(this);
    }

    /** Closes a socket so that its other side sees a broken connection, not an orderly end. */
    static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException alreadyClosed) {
            // That is what was wanted.
        }
    }

    private void pump(TcpDirection direction) {
        Socket source = direction == TcpDirection.TO_TARGET ? client : target;
        Socket sink = direction == TcpDirection.TO_TARGET ? target : client;
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = source.getInputStream();
            OutputStream out = sink.getOutputStream();
            int count = readOrReset(in, buffer, direction);
            while (count >= 0) {
                gate.pass(direction);
                writeOrReset(out, buffer, count, direction);
                count = readOrReset(in, buffer, direction);
            }
            gate.pass(direction);
            sink.shutdownOutput();
            if (openDirections.decrementAndGet() == 0) {
                client.close();
                target.close();
                onEnd.accept(this);
            }
        } catch (IOException ended) {
            reset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reset();
        }
    }

    /** That the source is gone is news for the sink: it travels in this direction, and waits at the gate like bytes. */
    private int readOrReset(InputStream in, byte[] buffer, TcpDirection direction)
            throws IOException, InterruptedException {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            gate.pass(direction);
            throw e;
        }
    }

    /** That the sink is gone is news for the source: it travels the other way. */
    private void writeOrReset(OutputStream out, byte[] buffer, int count, TcpDirection direction)
            throws IOException, InterruptedException {
        try {
            out.write(buffer, 0, count);
        } catch (IOException e) {
            gate.pass(direction.opposite());
            throw e;
        }
    }
}
