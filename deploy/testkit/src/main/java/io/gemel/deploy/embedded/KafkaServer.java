package io.gemel.deploy.embedded;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker on the loopback address, its own controller or one of those of a {@link KafkaCluster}. It can be stopped and started again with the same data
 * on the same ports, and killed when it has a process of its own. Topics are never created by use. Safe to use from
 * several threads; calls that start or end it wait for each other.
 */
public final class KafkaServer implements Kafka {
    /** Where the broker runs, unless servers run in containers: then it has one of its own. */
    public enum Mode {
        /** In this JVM: starts in a second or two, cannot be killed. */
        IN_PROCESS,
        /** In a JVM of its own. */
        CHILD_PROCESS
    }

    private static final String CONTROLLER = "CONTROLLER";
    private static final String CLIENTS = "CLIENTS";
    /** Names the cluster in its data directories; nothing else is done with it here. Base64 of 16 bytes. */
    private static final String CLUSTER_ID = "Z2VtZWwtZW1iZWRkZWQtMQ";

    private final Servers servers = Servers.chosen();
    private final Path directory;
    private final Mode mode;
    private final int node;
    private final int port;
    private final Properties configuration;
    private @Nullable KafkaBroker broker;

    private KafkaServer(Builder builder) {
        this.directory = builder.directory.toAbsolutePath();
        this.mode = builder.mode;
        this.node = builder.node;
        this.port = FreePorts.next();
        this.configuration = configuration(builder);
    }

    /**
     * Describes a broker.
     *
     * @param directory holds its data and logs; created at the first start, kept after the last
     */
    public static Builder builder(Path directory) {
        return new Builder(directory);
    }

    /**
     * Starts the broker and returns when it takes requests. The first start creates an empty one.
     *
     * @throws IllegalStateException when it runs already or does not come up
     */
    @Override
    public synchronized KafkaServer start() {
        if (isRunning()) {
            throw new IllegalStateException(this + " runs already");
        }
        stop(); // what has ended by itself is not forgotten
        format();
        broker = switch (servers) {
            case EMBEDDED -> startEmbedded();
            case CONTAINERS -> KafkaInContainer.start(configuration, CLUSTER_ID, directory, port);
        };
        return this;
    }

    /** Ends the broker in good order. Does nothing when it does not run. */
    public synchronized void stop() {
        if (broker != null) {
            broker.stop();
            broker = null;
        }
    }

    @Override
    public synchronized void kill() {
        if (broker != null) {
            broker.kill();
            broker = null;
        }
    }

    /** Ends the broker in good order. Its data stays. */
    @Override
    public void close() {
        stop();
    }

    @Override
    public synchronized boolean isRunning() {
        return broker != null && broker.isRunning();
    }

    /**
     * Its process id.
     *
     * @throws IllegalStateException when it does not run in a process of its own
     */
    public synchronized long pid() {
        if (broker == null) {
            throw new IllegalStateException(this + " does not run");
        }
        return broker.pid().orElseThrow(() -> new IllegalStateException(this + " has no process of its own"));
    }

    /** The port for clients, the same for all its life. */
    public int port() {
        return port;
    }

    @Override
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    @Override
    public String toString() {
        return "Kafka on port " + port;
    }

    private KafkaBroker startEmbedded() {
        return switch (mode) {
            case IN_PROCESS -> KafkaInProcess.start(configuration);
            case CHILD_PROCESS -> KafkaChild.start(configuration, directory, port);
        };
    }

    private void format() {
        try (PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            Files.createDirectories(directory);
            String data = configuration.getProperty("log.dirs");
            new Formatter()
                    .setClusterId(CLUSTER_ID)
                    .setNodeId(node)
                    .addDirectory(data)
                    .setMetadataLogDirectory(data)
                    .setControllerListenerName(CONTROLLER)
                    .setIgnoreFormatted(true)
                    .setPrintStream(silent)
                    .run();
        } catch (Exception e) {
            // The formatter declares Exception and nothing narrower.
            throw new IllegalStateException("cannot prepare the data directory of Kafka in " + directory, e);
        }
    }

    private Properties configuration(Builder builder) {
        List<Integer> controllerPorts =
                builder.controllerPorts.isEmpty() ? List.of(FreePorts.next()) : builder.controllerPorts;
        StringJoiner voters = new StringJoiner(",");
        for (int i = 0; i < controllerPorts.size(); i++) {
            voters.add((i + 1) + "@127.0.0.1:" + controllerPorts.get(i));
        }
        StringBuilder listeners = new StringBuilder();
        StringBuilder advertised = new StringBuilder();
        StringBuilder protocols = new StringBuilder(CONTROLLER + ":PLAINTEXT," + CLIENTS + ":PLAINTEXT");
        listeners.append(CONTROLLER + "://127.0.0.1:").append(controllerPorts.get(node - 1));
        listeners.append("," + CLIENTS + "://127.0.0.1:").append(port);
        advertised.append(CLIENTS + "://127.0.0.1:").append(port);
        builder.proxied.forEach((listenPort, proxyPort) -> {
            String name = "PROXY" + listenPort;
            protocols.append(",").append(name).append(":PLAINTEXT");
            listeners.append(",").append(name).append("://127.0.0.1:").append(listenPort);
            advertised.append(",").append(name).append("://127.0.0.1:").append(proxyPort);
        });
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "process.roles", "broker,controller",
                "node.id", Integer.toString(node),
                "controller.quorum.voters", voters.toString(),
                "controller.listener.names", CONTROLLER,
                "inter.broker.listener.name", CLIENTS,
                "listeners", listeners.toString(),
                "advertised.listeners", advertised.toString(),
                "listener.security.protocol.map", protocols.toString(),
                "log.dirs", directory.resolve("data").toString()));
        properties.putAll(builder.settings);
        return properties;
    }

    /** Collects what a broker is started with. */
    public static final class Builder {
        private final Path directory;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final Map<Integer, Integer> proxied = new LinkedHashMap<>();
        private Mode mode = Mode.IN_PROCESS;
        private int node = 1;
        private List<Integer> controllerPorts = List.of();

        private Builder(Path directory) {
            this.directory = directory;
            settings.put("auto.create.topics.enable", "false");
            settings.put("offsets.topic.replication.factor", "1");
            settings.put("offsets.topic.num.partitions", "1");
            settings.put("transaction.state.log.replication.factor", "1");
            settings.put("transaction.state.log.min.isr", "1");
            settings.put("transaction.state.log.num.partitions", "1");
            settings.put("group.initial.rebalance.delay.ms", "0");
            // A killed broker may register again only after its old session has ended: let that be soon.
            settings.put("broker.session.timeout.ms", "2000");
            settings.put("broker.heartbeat.interval.ms", "500");
            // One broker on a small heap: fewer threads and a smaller buffer than a data center's broker.
            settings.put("num.network.threads", "2");
            settings.put("num.io.threads", "2");
            settings.put("log.cleaner.dedupe.buffer.size", "4194304");
        }

        /** Where it runs; in this JVM unless said otherwise. */
        public Builder mode(Mode chosen) {
            this.mode = chosen;
            return this;
        }

        /** A broker setting, replacing an earlier value. */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /**
         * Listens on one more port, for clients that come through a proxy: they are told to use the proxy's port for
         * everything that follows.
         */
        public Builder proxied(int listenPort, int proxyPort) {
            proxied.put(listenPort, proxyPort);
            return this;
        }

        /**
         * Makes it one broker of several.
         *
         * @param number its own, from 1
         * @param ports the port of each one for controllers, by number
         */
        Builder oneOf(int number, List<Integer> ports) {
            this.node = number;
            this.controllerPorts = List.copyOf(ports);
            return this;
        }

        public KafkaServer build() {
            return new KafkaServer(this);
        }
    }
}
