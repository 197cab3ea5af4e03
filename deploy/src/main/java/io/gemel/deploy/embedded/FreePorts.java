package io.gemel.deploy.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Finds TCP ports of the loopback address that nobody listens on. */
public final class FreePorts {
    /**
     * Below the range from which Linux takes the ports of outgoing connections. A port of that range could be taken by
     * any client while its server is down, even by the client that tries to reach that very server.
     */
    private static final int FIRST = 15_000;

    private static final int LAST = 32_000;
    private static final int ATTEMPTS_MAX = 1_000;

    private FreePorts() {}

    /** A port that was free a moment ago. Another process may take it before the caller does, which is rare. */
    public static int next() {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "no free TCP port found from " + FIRST + " to " + LAST + " on the loopback address");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (BindException taken) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot try TCP port " + port + " of the loopback address", e);
        }
    }
}
