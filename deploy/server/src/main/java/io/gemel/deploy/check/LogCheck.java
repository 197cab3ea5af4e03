package io.gemel.deploy.check;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.KafkaSettings;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.log.LogTopic;
import io.gemel.deploy.site.LogExamination;
import java.util.Map;
import java.util.Optional;

/** The Kafka topics of a site's own log and of its peer's. */
final class LogCheck {
    private static final int REPLICAS_SAFE = 3;

    private LogCheck() {}

    /**
     * Checks both topics.
     *
     * @throws CommandException when a Kafka cluster cannot be reached or refuses
     */
    static void check(SiteConfig config, Findings findings) throws CommandException {
        Optional<LogTopic.Description> own = describe(config.kafka(), config.logTopic());
        if (own.isPresent()) {
            checkOwn(config, own.get(), findings);
            if (own.get().partitions() == 1) {
                LogExamination.ofStart(config)
                        .ifPresent(why -> findings.of(Cause.LOG_OWNER)
                                .error("log " + config.logTopic(), "would halt gemel site", why));
            }
        } else {
            findings.error("topic " + config.logTopic(), "does not exist", "gemel prepare " + config.file());
        }
        if (describe(config.peerKafka(), config.peerLogTopic()).isEmpty()) {
            findings.warning(
                    "topic " + config.peerLogTopic(),
                    "of the peer does not exist in Kafka at "
                            + config.peerKafka().bootstrapServers(),
                    "run gemel prepare with the file of site " + config.peer());
        }
    }

    private static Optional<LogTopic.Description> describe(KafkaSettings kafka, String name) throws CommandException {
        try (LogTopic topic = new LogTopic(kafka, name)) {
            return topic.describe();
        }
    }

    private static void checkOwn(SiteConfig config, LogTopic.Description topic, Findings findings) {
        String subject = "topic " + config.logTopic();
        if (topic.partitions() != 1) {
            findings.error(
                    subject,
                    "has " + topic.partitions() + " partitions, and so no order",
                    "when it never held a record, delete it and run gemel prepare " + config.file()
                            + "; otherwise start the pair anew (docs/operate.md)");
        }
        Map<String, String> settings = topic.settings();
        if (!settings.getOrDefault("cleanup.policy", "").equals("delete")) {
            findings.error(
                    subject,
                    "has cleanup.policy=" + settings.get("cleanup.policy") + ", which removes records from its middle",
                    "gemel prepare " + config.file() + ", which sets it to delete");
        }
        long retention = number(settings, "retention.ms");
        if (retention >= 0 && retention < config.log().retention().toMillis()) {
            findings.warning(
                    subject,
                    "is kept for " + retention + " ms, less than log.retention",
                    "gemel prepare " + config.file());
        }
        long recordBytesMax = LogTopic.recordBytesMax(config);
        if (number(settings, "max.message.bytes") < recordBytesMax) {
            findings.error(
                    subject,
                    "takes records of " + settings.get("max.message.bytes") + " bytes at most, fewer than "
                            + recordBytesMax,
                    "lower transaction.part.bytes.max, or raise the topic's max.message.bytes");
        }
        checkDurability(subject, topic, findings.of(Cause.LOG_DURABILITY));
    }

    private static void checkDurability(String subject, LogTopic.Description topic, Findings findings) {
        if (topic.replicas() < REPLICAS_SAFE) {
            findings.warning(
                    subject,
                    "has " + topic.replicas() + " replica(s): a lost broker can lose transactions in transit",
                    "use three brokers and log.replication.factor=3 in production");
        } else if (number(topic.settings(), "min.insync.replicas") < 2) {
            findings.warning(
                    subject,
                    "has min.insync.replicas=1, so that a transaction may be acknowledged by one broker alone",
                    "set min.insync.replicas=2 on the topic");
        }
    }

    private static long number(Map<String, String> settings, String name) {
        return Long.parseLong(settings.getOrDefault(name, "0"));
    }
}
