package io.gemel.deploy.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds unused TCP ports of the loopback address. A port is handed out once: it stays reserved until this process ends,
 * also against other processes that ask here, so that a server finds its port free when it comes back. Any thread.
 */
public final class FreePorts {
    /**
     * Below the range from which Linux takes the ports of outgoing connections. A port of that range could be taken by
     * any client while its server is down, even by the client that tries to reach that very server.
     */
    private static final int FIRST = 15_000;

    private static final int LAST = 32_000;
    private static final int ATTEMPTS_MAX = 1_000;

    /** Each of its bytes stands for a port; this process holds the locks of those that are its own. */
    private static final FileChannel RESERVED = open();

    private FreePorts() {}

    private static FileChannel open() {
        Path file = Path.of(
                System.getProperty("java.io.tmpdir"), "gemel-ports-" + System.getProperty("user.name") + ".lock");
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open " + file + ", where TCP ports are reserved", e);
        }
    }

    /** A port that was free a moment ago and that nobody else gets from here. */
    public static int next() {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
            if (reserve(port) && isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "no free TCP port found from " + FIRST + " to " + LAST + " on the loopback address");
    }

    /** False when it is another one's, or was handed out here before. */
    private static boolean reserve(int port) {
        try {
            return RESERVED.tryLock(port, 1, false) != null;
        } catch (OverlappingFileLockException ours) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot reserve TCP port " + port, e);
        }
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
