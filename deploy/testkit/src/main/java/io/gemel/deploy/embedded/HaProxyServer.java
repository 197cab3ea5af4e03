package io.gemel.deploy.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The HAProxy that is installed on this machine, in front of HTTP servers: no retries, no log. It is killed when this JVM exits. One thread.
 */
public final class HaProxyServer implements AutoCloseable {
    /** What installs it on Debian. */
    public static final String INSTALL = "apt-get install -y --no-install-recommends haproxy";

    private static final String PROGRAM = "haproxy";
    private static final Duration START_LIMIT = Duration.ofSeconds(10);
    private static final String CONFIGURATION = """
            global
              nbthread 2
              maxconn 1000
            defaults
              mode http
              no log
              retries 0
              timeout connect 5s
              timeout client 60s
              timeout server 60s
            frontend clients
              bind 127.0.0.1:%d
              default_backend servers
            backend servers
              %s
            """;

    private final int port;
    private final ChildProcess process;

    private HaProxyServer(int port, ChildProcess process) {
        this.port = port;
        this.process = process;
    }

    /** Where the program is; empty when it is not installed. Debian keeps it outside of most people's PATH. */
    public static Optional<Path> program() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Stream.of(path.split(":", -1)), Stream.of("/usr/sbin", "/usr/local/sbin"))
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder, PROGRAM))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * The program's version, such as {@code 2.6.12}.
     *
     * @param folder gets a file with what the program says
     */
    public static String version(Path program, Path folder) {
        Path said = folder.resolve("haproxy.version");
        ChildProcess.run(PROGRAM, List.of(program.toString(), "-v"), said, START_LIMIT);
        try {
            return Files.readString(said).replaceFirst("(?s)^\\D*([0-9.]+).*$", "$1");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + said, e);
        }
    }

    /**
     * Starts it in front of one server, connections to which are kept and shared; as {@link #start(Path, Path, List)}.
     *
     * @param server where it sends every request
     */
    public static HaProxyServer start(Path program, Path folder, URI server) {
        return start(program, folder, List.of("http-reuse always", "server vm " + server.getAuthority()));
    }

    /**
     * Starts it, and returns when it accepts connections.
     *
     * @param folder gets its configuration and what it complains of
     * @param backend the lines of its configuration that say where it sends requests
     */
    public static HaProxyServer start(Path program, Path folder, List<String> backend) {
        int port = FreePorts.next();
        Path file = folder.resolve("haproxy.cfg");
        try {
            Files.writeString(file, CONFIGURATION.formatted(port, String.join("\n  ", backend)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
        ChildProcess process = ChildProcess.start(
                PROGRAM, List.of(program.toString(), "-db", "-f", file.toString()), folder.resolve("haproxy.log"));
        HaProxyServer started = new HaProxyServer(port, process);
        boolean complete = false;
        try {
            Waiting.until(PROGRAM + " to listen", START_LIMIT, started::listensOrHasEnded);
            if (!process.isAlive()) {
                throw new IllegalStateException(PROGRAM + " has ended. " + process.logTail());
            }
            complete = true;
            return started;
        } finally {
            if (!complete) {
                started.close();
            }
        }
    }

    private boolean listensOrHasEnded() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return !process.isAlive();
        }
    }

    /** Where it takes requests. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.kill();
    }
}
