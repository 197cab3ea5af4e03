package io.gemel.deploy.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.deploy.embedded.KafkaServer.Mode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class KafkaServerIT {
    private static final TopicPartition LOG = new TopicPartition("log", 0);

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(Mode.class)
    void keeps_records_and_its_port_through_a_restart(Mode mode) throws Exception {
        try (KafkaServer server =
                KafkaServer.builder(directory).mode(mode).build().start()) {
            String bootstrapServers = server.bootstrapServers();
            createLog(bootstrapServers);
            send(bootstrapServers, "one");

            server.stop();
            assertThat(server.isRunning()).isFalse();
            server.start();
            send(bootstrapServers, "two");

            assertThat(received(server.bootstrapServers(), 2)).containsExactly("one", "two");
        }
    }

    @Test
    void keeps_acknowledged_records_when_its_process_is_killed() throws Exception {
        try (KafkaServer server =
                KafkaServer.builder(directory).mode(Mode.CHILD_PROCESS).build().start()) {
            createLog(server.bootstrapServers());
            send(server.bootstrapServers(), "one");
            long pid = server.pid();

            server.kill();
            assertThat(ProcessHandle.of(pid)).isEmpty();
            server.start();
            send(server.bootstrapServers(), "two");

            assertThat(server.pid()).isNotEqualTo(pid);
            assertThat(received(server.bootstrapServers(), 2)).containsExactly("one", "two");
        }
    }

    @Test
    void sends_clients_of_a_proxy_through_the_proxy() throws Exception {
        int listenPort = FreePorts.next();
        try (TcpProxy proxy = TcpProxy.to(listenPort);
                KafkaServer server = KafkaServer.builder(directory)
                        .proxied(listenPort, proxy.port())
                        .build()
                        .start()) {
            createLog(server.bootstrapServers());
            send(proxy.address(), "one");
            assertThat(received(proxy.address(), 1)).containsExactly("one");

            proxy.cut();
            send(server.bootstrapServers(), "two");
            proxy.restore();
            assertThat(received(proxy.address(), 2)).containsExactly("one", "two");
        }
    }

    @Test
    void cannot_be_killed_inside_this_jvm() {
        try (KafkaServer server = KafkaServer.builder(directory).build().start()) {
            if (Servers.chosen() == Servers.CONTAINERS) {
                assertThat(server.pid()).isPositive();
                server.kill();
                assertThat(server.isRunning()).isFalse();
                return;
            }
            assertThatThrownBy(server::kill).hasMessageContaining("in a process of its own");
            assertThatThrownBy(server::pid).hasMessageContaining("has no process of its own");
        }
    }

    private static void createLog(String bootstrapServers) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(LOG.topic(), Optional.of(1), Optional.empty())))
                    .all()
                    .get();
        }
    }

    private static void send(String bootstrapServers, String value) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "compression.type", "lz4"),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>(LOG.topic(), value)).get();
        }
    }

    private static List<String> received(String bootstrapServers, int count) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(LOG));
            consumer.seekToBeginning(List.of(LOG));
            Waiting.until(count + " records", Duration.ofMinutes(1), () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
                return values.size() >= count;
            });
        }
        return values;
    }
}
