package io.gemel.router;

import io.gemel.router.api.RouterConfig;
import io.gemel.transaction.SiteId;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A VM that answers heartbeats as it should, and every other request with an answer of a test's choice; the test gets the connection. */
public final class UpgradeVm implements AutoCloseable {
    static final String SWITCHES =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\nSec-WebSocket-Accept: yes\r\n\r\n";

    static final String BEAT =
            "{\"vm\":\"raw\",\"site\":\"east\",\"host\":\"host-1\",\"inFlight\":0,\"databaseMs\":1,\"draining\":false,\"submissions\":[\"/\"]}";

    /** Heads of requests. */
    final List<String> heads = new CopyOnWriteArrayList<>();

    /** Those of them that were the last ones on connections which the router ended. */
    final List<String> last = new CopyOnWriteArrayList<>();

    public volatile String answer = SWITCHES;

    /** Gets each request's head before it is answered. */
    volatile Consumer<String> whenAsked = head -> {};

    private final BlockingQueue<Socket> connections = new LinkedBlockingQueue<>();
    private final ServerSocket server;

    public UpgradeVm() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread accepting = new Thread(this::accept, "upgrade-vm");
        accepting.setDaemon(true);
        accepting.start();
    }

    public RouterConfig.Vm config() {
        return new RouterConfig.Vm(
                "raw", URI.create("http://127.0.0.1:" + server.getLocalPort()), new SiteId("east"), "host-1");
    }

    /** The connection of the next request that was answered. */
    public Socket connection() throws InterruptedException {
        Socket next = connections.poll(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (next == null) {
            throw new IllegalStateException("no request came");
        }
        return next;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                connection.setSoTimeout((int) TestBench.LIMIT.toMillis());
                Thread serving = new Thread(() -> serve(connection), "upgrade-vm-connection");
                serving.setDaemon(true);
                serving.start();
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket connection) {
        String head = "";
        try {
            while (true) {
                head = readTo(connection.getInputStream(), "\r\n\r\n");
                if (server.isClosed() && head.contains("/gemel/heartbeat")) {
                    connection.close();
                    return;
                }
                if (head.contains("/gemel/")) {
                    say(connection, "HTTP/1.1 200 OK\r\nContent-Length: " + BEAT.length() + "\r\n\r\n" + BEAT);
                    continue;
                }
                heads.add(head);
                whenAsked.accept(head);
                String told = answer;
                say(connection, told);
                if (told.contains(" 101 ")) {
                    connections.add(connection);
                    return;
                }
            }
        } catch (IOException e) {
            last.add(head); // the router went away
        }
    }

    static void say(Socket connection, String text) throws IOException {
        connection.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static String readTo(InputStream in, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < end.length() || text.indexOf(end, text.length() - end.length()) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("it ended behind: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }

    /** Listens no more, and answers no heartbeat: what was upgraded lives on. */
    @Override
    public void close() throws IOException {
        server.close();
    }
}
