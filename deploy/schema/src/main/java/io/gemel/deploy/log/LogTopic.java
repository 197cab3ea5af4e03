package io.gemel.deploy.log;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.KafkaSettings;
import io.gemel.deploy.config.SiteConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** One site's log topic, through a Kafka admin client. Used by one thread; close it after use. */
public final class LogTopic implements AutoCloseable {
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

    private static final long BROKER_DEFAULT_RECORD_BYTES_MAX = 1_048_588;
    private static final long RECORD_OVERHEAD_BYTES_MAX = 16 * 1024;

    private final KafkaSettings kafka;
    private final String topic;
    private final Admin admin;

    /**
     * How a topic is set up.
     *
     * @param partitions how many partitions it has
     * @param replicas how many brokers hold a copy of its first partition
     * @param settings its settings, the brokers' defaults among them
     */
    public record Description(int partitions, int replicas, Map<String, String> settings) {}

    /**
     * Prepares to ask a cluster about a topic; nothing is sent yet.
     *
     * @throws CommandException when the client settings cannot be used
     */
    public LogTopic(KafkaSettings kafka, String topic) throws CommandException {
        this.kafka = kafka;
        this.topic = topic;
        Map<String, Object> settings = new HashMap<>(kafka.client());
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.toIntExact(REQUEST_TIMEOUT.toMillis()));
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(REQUEST_TIMEOUT.toMillis()));
        try {
            this.admin = Admin.create(settings);
        } catch (KafkaException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the Kafka settings for " + kafka.bootstrapServers() + " cannot be used (" + deepest(e) + ")",
                    "correct the kafka.* settings",
                    e);
        }
    }

    /** The settings that a site's log topic must have. */
    public static Map<String, String> settings(SiteConfig config) {
        Map<String, String> settings = new HashMap<>();
        settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        settings.put(
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(config.log().retention().toMillis()));
        long recordBytesMax = recordBytesMax(config);
        if (recordBytesMax > BROKER_DEFAULT_RECORD_BYTES_MAX) {
            settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.toString(recordBytesMax));
        }
        return settings;
    }

    /** The largest record a site writes: one part of a transaction, and room for its headers. */
    public static long recordBytesMax(SiteConfig config) {
        return config.limits().transactionPartBytesMax() + RECORD_OVERHEAD_BYTES_MAX;
    }

    public String name() {
        return topic;
    }

    /**
     * Describes the topic; empty when it does not exist.
     *
     * @throws CommandException when Kafka cannot be reached, or refuses
     */
    public Optional<Description> describe() throws CommandException {
        try {
            TopicDescription description = known(
                    admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            Config config =
                    known(admin.describeConfigs(List.of(resource)).all().get().get(resource));
            Map<String, String> settings = new HashMap<>();
            for (ConfigEntry entry : config.entries()) {
                settings.put(entry.name(), String.valueOf(entry.value()));
            }
            return Optional.of(new Description(
                    description.partitions().size(),
                    description.partitions().get(0).replicas().size(),
                    settings));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw classify(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * Creates the topic with one partition.
     *
     * @param replicationFactor copies; -1 leaves it to the broker
     * @throws CommandException when Kafka cannot be reached, or refuses
     */
    public void create(short replicationFactor, Map<String, String> settings) throws CommandException {
        Optional<Short> replicas = replicationFactor < 0 ? Optional.empty() : Optional.of(replicationFactor);
        NewTopic wanted = new NewTopic(topic, Optional.of(1), replicas).configs(settings);
        await(admin.createTopics(List.of(wanted)).all());
    }

    /**
     * Changes settings of the topic; others stay as they are.
     *
     * @throws CommandException when Kafka cannot be reached, or refuses
     */
    public void alter(Map<String, String> settings) throws CommandException {
        List<AlterConfigOp> changes = settings.entrySet().stream()
                .map(entry ->
                        new AlterConfigOp(new ConfigEntry(entry.getKey(), entry.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        await(admin.incrementalAlterConfigs(Map.of(resource, changes)).all());
    }

    private void await(KafkaFuture<?> future) throws CommandException {
        try {
            future.get();
        } catch (ExecutionException e) {
            throw classify(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private CommandException classify(ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        if (cause instanceof TimeoutException) {
            return new CommandException(
                    ExitCode.UNREACHABLE,
                    "cannot reach Kafka at " + kafka.bootstrapServers(),
                    "start it, or correct kafka.bootstrap.servers and the kafka.* security settings",
                    e);
        }
        return new CommandException(
                ExitCode.FINDING,
                "Kafka at " + kafka.bootstrapServers() + " rejected a request for topic " + topic + " ("
                        + cause.getMessage() + ")",
                "correct the kafka.* and log.* settings, or the privileges of the Kafka user",
                e);
    }

    /** Kafka answers for each topic it was asked about, or fails. */
    private static <T> T known(@Nullable T answer) {
        return Objects.requireNonNull(answer, "Kafka's answer lacks the requested topic");
    }

    private static CommandException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new CommandException(
                ExitCode.FINDING, "interrupted while waiting for Kafka", "run the command again", e);
    }

    private static String deepest(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
