package io.gemel.deploy.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Tells whether a broker outside this JVM takes requests. */
final class KafkaReadiness {
    private static final int REQUEST_LIMIT_MS = 1_000;

    private final int port;

    /** @param port the broker's port for clients */
    KafkaReadiness(int port) {
        this.port = port;
    }

    boolean isReady() {
        // Asked for its port first: an admin client logs every refused attempt.
        return isListening() && hasBroker();
    }

    private boolean isListening() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Others of its cluster may be there before it. */
    private boolean hasBroker() {
        Map<String, Object> settings = Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + port,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, REQUEST_LIMIT_MS,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_LIMIT_MS);
        try (Admin admin = Admin.create(settings)) {
            return admin.describeCluster().nodes().get().stream().anyMatch(node -> node.port() == port);
        } catch (ExecutionException notYet) {
            return false;
        } catch (InterruptedException e) {
            throw Waiting.interrupted("asking Kafka for its brokers", e);
        }
    }
}
