package io.gemel.deploy.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Stands between clients and a server of the loopback address and plays the network between them: it carries bytes, late,
 * in one direction only, not at all, or breaks connections. Safe to use from several threads.
 */
public final class TcpProxy implements AutoCloseable {
    private static final int BACKLOG = 64;

    private final ServerSocket listener;
    private final int targetPort;
    private final Set<TcpLink> links = new HashSet<>();
    private final List<TcpGate> strandedGates = new ArrayList<>();
    private TcpGate gate = new TcpGate();
    private boolean refusing;
    private long drops; // how often all connections were broken

    private TcpProxy(ServerSocket listener, int targetPort) {
        this.listener = listener;
        this.targetPort = targetPort;
    }

    /** A proxy that carries everything to a port of the loopback address; the server may come and go. */
    public static TcpProxy to(int targetPort) {
        try {
            ServerSocket listener = new ServerSocket(FreePorts.next(), BACKLOG, InetAddress.getLoopbackAddress());
            TcpProxy proxy = new TcpProxy(listener, targetPort);
            Thread acceptor = new Thread(proxy::accept, "proxy to " + targetPort);
            acceptor.setDaemon(true);
            acceptor.start();
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen for connections to port " + targetPort, e);
        }
    }

    /** The port clients connect to, the same for all its life. */
    public int port() {
        return listener.getLocalPort();
    }

    /** The address clients connect to, as {@code host:port}. */
    public String address() {
        return "127.0.0.1:" + port();
    }

    /** Breaks all connections. New ones are broken as they come, until {@link #restore}. */
    public void cut() {
        synchronized (this) {
            refusing = true;
        }
        drop();
    }

    /** Breaks all connections. New ones are carried. */
    public void drop() {
        List<TcpLink> broken;
        synchronized (this) {
            drops++;
            broken = new ArrayList<>(links);
        }
        broken.forEach(TcpLink::reset);
    }

    /**
     * Carries nothing more in a direction, not even that the other side is gone, until {@link #restore}: connections stay
     * open and look idle. What was sent in the meantime arrives then.
     */
    public void hold(TcpDirection direction) {
        gate().hold(direction);
    }

    /** Carries nothing more in either direction until {@link #restore}. */
    public void holdAll() {
        gate().holdAll();
    }

    /**
     * Forgets all connections, as a firewall that lost its state: they carry nothing ever again and neither side is told.
     * New ones are carried.
     */
    public synchronized void strand() {
        gate.holdAll();
        strandedGates.add(gate);
        gate = new TcpGate();
    }

    /** Does the same to one connection only, the one that the server sees come from this port. */
    public synchronized void strand(int serverSeesPort) {
        TcpGate held = new TcpGate();
        held.holdAll();
        strandedGates.add(held);
        links.forEach(link -> link.strand(serverSeesPort, held));
    }

    /** Carries each piece of up to 64 KiB this much later, until {@link #restore}. Throughput falls with it. */
    public void delay(Duration delay) {
        gate().delay(delay);
    }

    /** Carries everything at once again. Broken connections stay broken. */
    public void restore() {
        synchronized (this) {
            refusing = false;
        }
        gate().open();
    }

    /** Breaks all connections and stops listening. */
    @Override
    public void close() {
        cut();
        synchronized (this) {
            gate.open();
            strandedGates.forEach(TcpGate::open);
        }
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot stop listening for connections to port " + targetPort, e);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                connect(listener.accept());
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException("cannot accept connections to port " + targetPort, e);
                }
            }
        }
    }

    private void connect(Socket client) throws IOException {
        // The server may see the connection before it is a link: what is done to the connections of then is done to it,
        // too.
        TcpGate begun;
        long dropsBefore;
        synchronized (this) {
            begun = gate;
            dropsBefore = drops;
        }
        Socket target;
        try {
            target = new Socket(InetAddress.getLoopbackAddress(), targetPort);
        } catch (IOException serverIsDown) {
            TcpLink.reset(client);
            return;
        }
        client.setTcpNoDelay(true);
        target.setTcpNoDelay(true);
        synchronized (this) {
            if (!refusing && drops == dropsBefore) {
                // A link that ends at once waits for this lock to be forgotten, so it is in the set before.
                links.add(TcpLink.start(client, target, begun, this::forget));
                return;
            }
        }
        TcpLink.reset(client);
        TcpLink.reset(target);
    }

    private synchronized TcpGate gate() {
        return gate;
    }

    private synchronized void forget(TcpLink link) {
        links.remove(link);
    }
}
