package io.gemel.deploy.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** A broker in a JVM of its own. */
final class KafkaChild implements KafkaBroker {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

    private static final int REQUEST_LIMIT_MS = 1_000;

    private final JavaProcess process;

    private KafkaChild(JavaProcess process) {
        this.process = process;
    }

    /** Returns when the broker takes requests. */
    static KafkaChild start(Properties configuration, Path directory, int port) {
        Path file = directory.resolve("server.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            configuration.store(writer, "Written at every start.");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
        KafkaChild broker = new KafkaChild(JavaProcess.builder("kafka.Kafka", directory.resolve("kafka.log"))
                .arguments(file.toString())
                .jvmArguments("-XX:+UseSerialGC")
                .start());
        try {
            broker.awaitReady(port);
        } catch (IllegalStateException e) {
            broker.kill();
            throw e;
        }
        return broker;
    }

    @Override
    public void stop() {
        process.terminate(STOP_LIMIT);
    }

    @Override
    public void kill() {
        process.kill();
    }

    @Override
    public boolean isRunning() {
        return process.isAlive();
    }

    @Override
    public OptionalLong pid() {
        return OptionalLong.of(process.pid());
    }

    private void awaitReady(int port) {
        // Asked for its port first: an admin client logs every refused attempt.
        Waiting.until("Kafka to listen", START_LIMIT, () -> !process.isAlive() || isListening(port));
        Map<String, Object> settings = Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + port,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, REQUEST_LIMIT_MS,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_LIMIT_MS);
        try (Admin admin = Admin.create(settings)) {
            Waiting.until("Kafka to take requests", START_LIMIT, () -> !process.isAlive() || hasBroker(admin, port));
        }
        if (!process.isAlive()) {
            throw new IllegalStateException("Kafka ended while it was starting; see " + process.log());
        }
    }

    private static boolean isListening(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Others of its cluster may be there before it. */
    private static boolean hasBroker(Admin admin, int port) {
        try {
            return admin.describeCluster().nodes().get().stream().anyMatch(node -> node.port() == port);
        } catch (ExecutionException notYet) {
            return false;
        } catch (InterruptedException e) {
            throw Waiting.interrupted("asking Kafka for its brokers", e);
        }
    }
}
