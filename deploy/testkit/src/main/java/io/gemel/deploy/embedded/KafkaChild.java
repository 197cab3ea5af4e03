package io.gemel.deploy.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Properties;

/** A broker in a JVM of its own. */
final class KafkaChild implements KafkaBroker {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

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
        KafkaReadiness readiness = new KafkaReadiness(port);
        Waiting.until("Kafka to take requests", START_LIMIT, () -> !process.isAlive() || readiness.isReady());
        if (!process.isAlive()) {
            throw new IllegalStateException("Kafka ended while it was starting; see " + process.log());
        }
    }
}
