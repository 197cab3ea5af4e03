package io.gemel.deploy.config;

import java.util.Map;
import java.util.TreeMap;

/**
 * Settings for Kafka clients of one cluster, under Kafka's own names. Printing it shows the servers only, because the
 * rest may hold secrets.
 *
 * @param client every setting, {@code bootstrap.servers} among them
 */
public record KafkaSettings(Map<String, String> client) {
    static final String BOOTSTRAP_SERVERS = "bootstrap.servers";

    public KafkaSettings {
        client = Map.copyOf(client);
    }

    /** The brokers to ask first, comma separated {@code host:port}. */
    public String bootstrapServers() {
        return client.getOrDefault(BOOTSTRAP_SERVERS, "");
    }

    /** These settings with those of {@code other} put over them. */
    KafkaSettings with(Map<String, String> other) {
        Map<String, String> merged = new TreeMap<>(client);
        merged.putAll(other);
        return new KafkaSettings(merged);
    }

    @Override
    public String toString() {
        return "Kafka at " + bootstrapServers();
    }
}
