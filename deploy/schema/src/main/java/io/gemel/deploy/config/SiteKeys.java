package io.gemel.deploy.config;

import static io.gemel.deploy.config.Key.count;
import static io.gemel.deploy.config.Key.duration;
import static io.gemel.deploy.config.Key.key;
import static io.gemel.deploy.config.Key.required;
import static io.gemel.deploy.config.Key.size;

import io.gemel.conflict.TablePolicy;
import io.gemel.reason.RowLimit;
import io.gemel.transaction.SiteId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Every key of {@code site.properties}, with its default and how its text is read. The page docs/configuration.md describes each of them; a
 * test compares the two.
 */
final class SiteKeys {
    static final String KAFKA = "kafka.";
    static final String PEER_KAFKA = "peer.kafka.";
    static final String POLICY_OF = "conflict.policy.";

    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;
    private static final long GIB = 1024 * MIB;

    static final Key<SiteId> SITE = required("site", Values::siteName, SiteId.class);
    static final Key<SiteId> PEER = required("peer", Values::siteName, SiteId.class);
    static final Key<String> DATABASE_URL = required("database.url", Values::databaseUrl, String.class);
    static final Key<String> DATABASE_USER = required("database.user", Values::notBlank, String.class);
    static final Key<Secret> DATABASE_PASSWORD = key("database.password", "", Secret::new, Secret.class);
    static final Key<String> KAFKA_BOOTSTRAP_SERVERS =
            required(KAFKA + KafkaSettings.BOOTSTRAP_SERVERS, Values::hostPorts, String.class);
    static final Key<String> LOG_TOPIC_PREFIX = key("log.topic.prefix", "gemel", Values::topicPrefix, String.class);
    static final Key<Integer> LOG_REPLICATION_FACTOR =
            key("log.replication.factor", "-1", Values::replicationFactor, Integer.class);
    static final Key<Duration> LOG_RETENTION =
            duration("log.retention", "7d", Duration.ofHours(1), Duration.ofDays(3650));
    static final Key<TablePatterns> TABLES = key("tables", "public.*", TablePatterns::parse, TablePatterns.class);
    static final Key<TablePatterns> TABLES_EXCLUDE =
            key("tables.exclude", "", TablePatterns::parse, TablePatterns.class);
    static final Key<TablePolicy> CONFLICT_POLICY =
            key("conflict.policy", "last-writer-wins", PolicyText::parse, TablePolicy.class);
    static final Key<NameList> VM_ROLES = key("vm.roles", "", NameList::parse, NameList.class);
    static final Key<Secret> ROUTER_TOKEN = key("router.token", "", Secret::new, Secret.class);
    static final Key<Duration> SUBMISSION_RETENTION =
            duration("submission.retention", "7d", Duration.ofMinutes(1), Duration.ofDays(3650));
    static final Key<Duration> GATE_LAG_MAX =
            duration("gate.lag.max", "1s", Duration.ofMillis(10), Duration.ofHours(1));
    static final Key<HostPort> STATUS_LISTEN = key("status.listen", "127.0.0.1:7070", Values::hostPort, HostPort.class);
    static final Key<Duration> CLOCK_AHEAD_MAX =
            duration("clock.ahead.max", "1m", Duration.ofSeconds(1), Duration.ofDays(1));
    static final Key<Duration> HEARTBEAT_INTERVAL =
            duration("heartbeat.interval", "100ms", Duration.ofMillis(10), Duration.ofMinutes(1));
    static final Key<Integer> APPLY_GROUP_ROWS_MAX = count("apply.group.rows.max", "2000", 1, 1_000_000);
    static final Key<Duration> APPLY_LOCK_TIMEOUT =
            duration("apply.lock.timeout", "2s", Duration.ofMillis(10), Duration.ofHours(1));
    static final Key<Duration> APPLY_LOCK_KILL_AFTER = key(
            "apply.lock.kill.after",
            "off",
            text -> text.equals("off")
                    ? Duration.ZERO
                    : Values.duration(text, Duration.ofSeconds(1), Duration.ofDays(1)),
            Duration.class);
    static final Key<Duration> APPLY_CATCHUP_TIMEOUT =
            duration("apply.catchup.timeout", "200ms", Duration.ofMillis(10), Duration.ofMinutes(1));
    static final Key<Long> TRANSACTION_PART_BYTES_MAX =
            size("transaction.part.bytes.max", "512KiB", 16 * KIB, 64 * MIB);
    static final Key<Long> ROW_BYTES_MAX = size("row.bytes.max", "0B", 0, RowLimit.BYTES_MAX);
    static final Key<Integer> WINDOW_KEYS_MAX = count("window.keys.max", "4000000", 1000, 1_000_000_000);
    static final Key<Long> WINDOW_MEMORY_MAX = size("window.memory.max", "0B", 0, 64 * GIB);
    static final Key<Path> WINDOW_SPILL_DIR = key("window.spill.dir", "", Values::directory, Path.class);
    static final Key<Long> WINDOW_IMAGE_BYTES_MAX = size("window.image.bytes.max", "64MiB", MIB, 64 * GIB);
    static final Key<Duration> JOURNAL_RETENTION =
            duration("journal.retention", "30d", Duration.ofHours(1), Duration.ofDays(3650));
    static final Key<Duration> HALT_RETRY_INTERVAL =
            duration("halt.retry.interval", "5s", Duration.ofMillis(100), Duration.ofHours(1));
    static final Key<Integer> PARKED_TRANSACTIONS_MAX = count("parked.transactions.max", "1000", 1, 1_000_000);

    static final Key<CauseList> CHECK_ACKNOWLEDGED = key("check.acknowledged", "", CauseList::parse, CauseList.class);

    /** Every fixed key, in the order of the documentation. */
    static final List<Key<?>> ALL = List.of(
            SITE,
            PEER,
            DATABASE_URL,
            DATABASE_USER,
            DATABASE_PASSWORD,
            KAFKA_BOOTSTRAP_SERVERS,
            LOG_TOPIC_PREFIX,
            LOG_REPLICATION_FACTOR,
            LOG_RETENTION,
            TABLES,
            TABLES_EXCLUDE,
            CONFLICT_POLICY,
            VM_ROLES,
            ROUTER_TOKEN,
            SUBMISSION_RETENTION,
            GATE_LAG_MAX,
            STATUS_LISTEN,
            CHECK_ACKNOWLEDGED,
            CLOCK_AHEAD_MAX,
            HEARTBEAT_INTERVAL,
            APPLY_GROUP_ROWS_MAX,
            APPLY_LOCK_TIMEOUT,
            APPLY_LOCK_KILL_AFTER,
            APPLY_CATCHUP_TIMEOUT,
            TRANSACTION_PART_BYTES_MAX,
            ROW_BYTES_MAX,
            WINDOW_KEYS_MAX,
            WINDOW_MEMORY_MAX,
            WINDOW_SPILL_DIR,
            WINDOW_IMAGE_BYTES_MAX,
            JOURNAL_RETENTION,
            HALT_RETRY_INTERVAL,
            PARKED_TRANSACTIONS_MAX);

    private SiteKeys() {}
}
