package io.gemel.deploy.embedded;

import com.github.dockerjava.api.command.InspectContainerResponse;
import io.gemel.deploy.embedded.ChildProcess.Signal;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Properties;
import org.apache.kafka.common.utils.AppInfoParser;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** A broker in a container. */
final class KafkaInContainer implements KafkaBroker {
    private final ServerContainer container;

    private KafkaInContainer(ServerContainer container) {
        this.container = container;
    }

    /** Returns when the broker takes requests. */
    static KafkaInContainer start(Properties configuration, String clusterId, Path directory, int port) {
        DockerImageName image = ContainerEngine.image("gemel/test-kafka:" + AppInfoParser.getVersion(), "apache/kafka");
        KafkaContainer kafka = new Unexposed(image)
                .withEnv("CLUSTER_ID", clusterId)
                .withEnv("KAFKA_HEAP_OPTS", "-Xmx256m")
                .withEnv("KAFKA_JVM_PERFORMANCE_OPTS", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1");
        configuration.forEach((name, value) ->
                kafka.withEnv("KAFKA_" + name.toString().replace('.', '_').toUpperCase(Locale.ROOT), value.toString()));
        Path data = Path.of(configuration.getProperty("log.dirs"));
        KafkaReadiness readiness = new KafkaReadiness(port);
        return new KafkaInContainer(ServerContainer.start(
                "Kafka in " + directory,
                kafka,
                data,
                directory.resolve("kafka.log"),
                List.of("/etc/kafka/docker/run"),
                readiness::isReady));
    }

    @Override
    public void stop() {
        container.stop(Signal.TERM);
    }

    @Override
    public void kill() {
        container.kill();
    }

    @Override
    public boolean isRunning() {
        return container.isRunning();
    }

    @Override
    public OptionalLong pid() {
        return OptionalLong.of(container.pid());
    }

    /** Testcontainers' own, but for what it does about ports: it advertises those that stand for exposed ones. */
    private static final class Unexposed extends KafkaContainer {
        private Unexposed(DockerImageName image) {
            super(image);
        }

        @Override
        protected void containerIsStarting(InspectContainerResponse container) {
            // What is advertised is configured.
        }

        @Override
        protected void waitUntilContainerStarted() {
            // The one who starts it waits.
        }
    }
}
