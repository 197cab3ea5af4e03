package io.gemel.deploy.embedded;

import io.gemel.deploy.embedded.KafkaServer.Mode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Several real Kafka brokers on the loopback address, each in a JVM of its own, all of them controllers. Topics have as many
 * copies as there are brokers; a record is acknowledged when a majority has it. As long as a majority runs the others may be
 * killed and started again. Safe to use from several threads.
 */
public final class KafkaCluster implements Kafka {
    private final List<KafkaServer> brokers;

    private KafkaCluster(List<KafkaServer> brokers) {
        this.brokers = brokers;
    }

    /**
     * Describes a cluster; nothing runs yet.
     *
     * @param directory holds the brokers' data and logs, in a folder each
     * @param size how many brokers
     */
    public static KafkaCluster of(Path directory, int size) {
        List<Integer> controllerPorts =
                IntStream.range(0, size).mapToObj(i -> FreePorts.next()).toList();
        List<KafkaServer> brokers = new ArrayList<>();
        for (int node = 1; node <= size; node++) {
            brokers.add(KafkaServer.builder(directory.resolve("broker" + node))
                    .mode(Mode.CHILD_PROCESS)
                    .oneOf(node, controllerPorts)
                    .setting("default.replication.factor", Integer.toString(size))
                    .setting("offsets.topic.replication.factor", Integer.toString(size))
                    .setting("min.insync.replicas", Integer.toString(size / 2 + 1))
                    .build());
        }
        return new KafkaCluster(List.copyOf(brokers));
    }

    /** All at once: none is ready before a majority is. */
    @Override
    public KafkaCluster start() {
        ExecutorService threads = Executors.newFixedThreadPool(brokers.size());
        try {
            CompletableFuture<?>[] starting = brokers.stream()
                    .map(each -> CompletableFuture.runAsync(each::start, threads))
                    .toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(starting).join();
            return this;
        } catch (RuntimeException e) {
            close();
            throw e;
        } finally {
            threads.shutdown();
        }
    }

    /** All of its brokers, in the order of their numbers. */
    public List<KafkaServer> brokers() {
        return brokers;
    }

    @Override
    public String bootstrapServers() {
        return brokers.stream().map(KafkaServer::bootstrapServers).collect(Collectors.joining(","));
    }

    @Override
    public boolean isRunning() {
        return brokers.stream().anyMatch(KafkaServer::isRunning);
    }

    @Override
    public void kill() {
        brokers.forEach(KafkaServer::kill);
    }

    /** Without order: the last brokers would wait in vain for a majority to let them go. Acknowledged records stay. */
    @Override
    public void close() {
        kill();
    }
}
