package io.gemel.deploy.prepare;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.log.LogTopic;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** This site's log topic: one partition, whole records kept for a time and never compacted. */
final class TopicPreparation {
    private final SiteConfig config;
    private final PrintWriter out;

    TopicPreparation(SiteConfig config, PrintWriter out) {
        this.config = config;
        this.out = out;
    }

    /** Creates the topic, or sets what differs on the one that exists. */
    void run() throws CommandException {
        try (LogTopic topic = new LogTopic(config.kafka(), config.logTopic())) {
            Optional<LogTopic.Description> found = topic.describe();
            if (found.isEmpty()) {
                topic.create(config.log().replicationFactor(), wanted());
                out.println("-- created the Kafka topic " + topic.name() + " with one partition, " + wanted());
                return;
            }
            Map<String, String> different = different(found.get());
            if (!different.isEmpty()) {
                topic.alter(different);
                out.println("-- set on the Kafka topic " + topic.name() + ": " + different);
            }
        }
    }

    /** Prints what {@link #run} would do. */
    void show() throws CommandException {
        try (LogTopic topic = new LogTopic(config.kafka(), config.logTopic())) {
            Optional<LogTopic.Description> found = topic.describe();
            if (found.isEmpty()) {
                out.println("-- would create the Kafka topic " + topic.name() + " with one partition, " + wanted());
            } else if (!different(found.get()).isEmpty()) {
                out.println("-- would set on the Kafka topic " + topic.name() + ": " + different(found.get()));
            }
        }
    }

    private Map<String, String> different(LogTopic.Description found) {
        Map<String, String> different = new TreeMap<>(wanted());
        different.entrySet().removeAll(found.settings().entrySet());
        return different;
    }

    private Map<String, String> wanted() {
        return new TreeMap<>(LogTopic.settings(config));
    }
}
