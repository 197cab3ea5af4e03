package io.gemel.capture.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.embedded.KafkaServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A producer that keeps each record longer than any test waits: what arrives was let go. */
class PromptSendsIT {
    private static final String TOPIC = "prompt";
    private static final Duration LINGER = Duration.ofMinutes(30);
    private static final long QUIET_NANOS = 5;
    private static final long LIMIT_SECONDS = 60;

    @TempDir
    static Path folder;

    private static KafkaServer kafka;

    private final AtomicLong clock = new AtomicLong();

    @BeforeAll
    static void start() throws Exception {
        kafka = KafkaServer.builder(folder).build().start();
        try (Admin admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, (Object) kafka.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    private static Producer<String, String> producer() {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka.bootstrapServers(),
                        ProducerConfig.LINGER_MS_CONFIG,
                        Math.toIntExact(LINGER.toMillis()),
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        Math.toIntExact(LINGER.multipliedBy(2).toMillis())),
                new StringSerializer(),
                new StringSerializer());
    }

    private Future<RecordMetadata> send(Producer<String, String> producer, PromptSends prompt, long quietNanos) {
        clock.addAndGet(quietNanos);
        Future<RecordMetadata> sent = producer.send(new ProducerRecord<>(TOPIC, "row"));
        prompt.sent();
        return sent;
    }

    @Test
    void lets_a_record_go_before_which_it_was_quiet_and_those_that_wait_with_it() throws Exception {
        try (Producer<String, String> producer = producer();
                PromptSends prompt = new PromptSends(producer, QUIET_NANOS, clock::get, "prompt")) {
            long first = send(producer, prompt, QUIET_NANOS)
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .offset();
            Future<RecordMetadata> follows = send(producer, prompt, QUIET_NANOS - 1);
            Future<RecordMetadata> afterwards = send(producer, prompt, QUIET_NANOS);

            assertThat(afterwards.get(LIMIT_SECONDS, TimeUnit.SECONDS).offset()).isEqualTo(first + 2);
            assertThat(follows.isDone()).isTrue();
        }
    }

    @Test
    void lets_nothing_go_when_the_operator_has_said_how_long_records_wait() throws Exception {
        try (Producer<String, String> producer = producer();
                PromptSends prompt = new PromptSends(producer, Long.MAX_VALUE, clock::get, "prompt")) {
            Future<RecordMetadata> waits = send(producer, prompt, QUIET_NANOS);

            assertThat(waits.isDone()).isFalse();
            producer.flush();
            assertThat(waits.isDone()).isTrue();
        }
    }
}
