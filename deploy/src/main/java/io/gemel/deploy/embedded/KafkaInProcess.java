package io.gemel.deploy.embedded;

import java.util.OptionalLong;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/** A broker inside this JVM. */
final class KafkaInProcess implements KafkaBroker {
    private final KafkaRaftServer server;
    private final Thread stopAtExit;
    private volatile boolean running = true;

    private KafkaInProcess(KafkaRaftServer server) {
        this.server = server;
        this.stopAtExit = new Thread(server::shutdown, "stop Kafka at exit");
    }

    /** Returns when the broker takes requests. */
    static KafkaInProcess start(Properties configuration) {
        KafkaInProcess broker = new KafkaInProcess(new KafkaRaftServer(new KafkaConfig(configuration), Time.SYSTEM));
        Runtime.getRuntime().addShutdownHook(broker.stopAtExit);
        broker.server.startup();
        return broker;
    }

    @Override
    public void stop() {
        server.shutdown();
        server.awaitShutdown();
        running = false;
        Runtime.getRuntime().removeShutdownHook(stopAtExit);
    }

    @Override
    public void kill() {
        throw new IllegalStateException(
                "a broker inside this JVM cannot be killed alone: start it in a process of its own");
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public OptionalLong pid() {
        return OptionalLong.empty();
    }
}
