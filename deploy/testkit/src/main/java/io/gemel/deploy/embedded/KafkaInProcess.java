package io.gemel.deploy.embedded;

import java.util.OptionalLong;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/** A broker inside this JVM. */
final class KafkaInProcess implements KafkaBroker {
    private final KafkaRaftServer server;
    private final ExitHook stopAtExit;
    private volatile boolean running = true;

    private KafkaInProcess(KafkaRaftServer server) {
        this.server = server;
        this.stopAtExit = ExitHook.set("stop Kafka", server::shutdown);
    }

    /** Returns when the broker takes requests. */
    static KafkaInProcess start(Properties configuration) {
        KafkaInProcess broker = new KafkaInProcess(new KafkaRaftServer(new KafkaConfig(configuration), Time.SYSTEM));
        try {
            broker.server.startup();
        } catch (RuntimeException e) {
            broker.stop();
            throw e;
        }
        return broker;
    }

    @Override
    public void stop() {
        server.shutdown();
        server.awaitShutdown();
        running = false;
        stopAtExit.remove();
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
