package io.gemel.router;

import io.gemel.router.api.RouterConfig;
import io.gemel.transaction.SiteId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A VM that answers heartbeats, and whoever drains it, as it should and everything else with bytes of a test's choice, in two parts; then it closes the
 * connection.
 */
public final class RawVm implements AutoCloseable {
    private static final String BEAT =
            "{\"vm\":\"raw\",\"site\":\"east\",\"host\":\"host-1\",\"inFlight\":0,\"databaseMs\":1,\"draining\":false,\"submissions\":[\"/\"]}";

    final AtomicInteger received = new AtomicInteger();
    final AtomicInteger left = new AtomicInteger();
    public volatile String answer = "";

    /** The second part, once {@link #go} says so; null for none. */
    public volatile String rest;

    /** Keeps the connection open behind the second part, until the router leaves. */
    volatile boolean stays;

    /** Keeps the connection open behind the first part, and reads nothing more of it. */
    volatile boolean deaf;

    private final Semaphore mayGo = new Semaphore(0);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ServerSocket server;

    public RawVm() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread accepting = new Thread(this::accept, "raw-vm");
        accepting.setDaemon(true);
        accepting.start();
    }

    public RouterConfig.Vm config() {
        return new RouterConfig.Vm(
                "raw", URI.create("http://127.0.0.1:" + server.getLocalPort()), new SiteId("east"), "host-1");
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                Thread serving = new Thread(() -> serve(connection), "raw-vm-connection");
                serving.setDaemon(true);
                serving.start();
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket connection) {
        try (connection;
                OutputStream out = connection.getOutputStream();
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1))) {
            String first = in.readLine();
            if (first == null) {
                return;
            }
            while (!String.valueOf(in.readLine()).isEmpty()) {
                // The rest of the head; requests of these tests have no body.
            }
            boolean beat = first.contains("/gemel/heartbeat") || first.contains("/gemel/drain");
            if (!beat) {
                received.incrementAndGet();
            }
            String text = beat
                    ? "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + BEAT.length() + "\r\n\r\n" + BEAT
                    : answer;
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            if (!beat && deaf) {
                closed.await();
            } else if (!beat && rest != null) {
                goOn(connection, out);
            }
        } catch (IOException e) {
            // The router went away.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void goOn(Socket connection, OutputStream out) throws IOException {
        Thread watching = new Thread(() -> watch(connection), "raw-vm-watch");
        watching.setDaemon(true);
        watching.start();
        mayGo.acquireUninterruptibly();
        out.write(rest.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        if (stays) {
            try {
                watching.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Counts a router that leaves before it has everything. */
    private void watch(Socket connection) {
        try {
            connection.getInputStream().transferTo(OutputStream.nullOutputStream());
            if (mayGo.availablePermits() == 0) {
                left.incrementAndGet();
            }
        } catch (IOException e) {
            left.incrementAndGet();
        }
    }

    /** Lets one answer have its second part. */
    public void go() {
        mayGo.release();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        server.close();
    }
}
