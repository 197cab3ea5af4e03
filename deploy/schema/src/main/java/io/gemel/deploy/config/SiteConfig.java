package io.gemel.deploy.config;

import io.gemel.conflict.TablePolicy;
import io.gemel.transaction.SiteId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * One site as its operator described it. Immutable; made by {@link SiteConfigFile}, which has checked every value.
 *
 * @param file the file it was read from, for messages
 * @param site this site's name
 * @param peer the other site's name
 * @param database this site's database
 * @param kafka the cluster that holds this site's log
 * @param peerKafka the cluster that holds the peer's log
 * @param log how logs are named and kept
 * @param tables which tables are replicated
 * @param defaultPolicy the conflict policy of tables that no rule names
 * @param policyRules conflict policies of particular tables, in the order of the file
 * @param router what the site does for transaction routers and the VMs behind them
 * @param statusListen where the site process answers status requests
 * @param acknowledged causes of warnings that the operator knows of
 * @param limits every bound the operator may move
 * @param literalSecrets keys whose secret is in plain text in the file
 */
public record SiteConfig(
        Path file,
        SiteId site,
        SiteId peer,
        Database database,
        KafkaSettings kafka,
        KafkaSettings peerKafka,
        Log log,
        TableSelection tables,
        TablePolicy defaultPolicy,
        List<PolicyRule> policyRules,
        Router router,
        HostPort statusListen,
        Set<Cause> acknowledged,
        Limits limits,
        List<String> literalSecrets) {

    /** The publication that capture reads. */
    public static final String PUBLICATION = "gemel";

    public SiteConfig {
        policyRules = List.copyOf(policyRules);
        acknowledged = Set.copyOf(acknowledged);
        literalSecrets = List.copyOf(literalSecrets);
    }

    /** The conflict policy of a table: that of the first rule that names it, or the default. */
    public TablePolicy policyFor(String schema, String table) {
        return policyRules.stream()
                .filter(rule -> rule.tables().matches(schema, table))
                .findFirst()
                .map(PolicyRule::policy)
                .orElse(defaultPolicy);
    }

    /** The Kafka topic that holds this site's log. */
    public String logTopic() {
        return log.topicPrefix() + "." + site;
    }

    /** The Kafka topic that holds the peer's log. */
    public String peerLogTopic() {
        return log.topicPrefix() + "." + peer;
    }

    /** The replication slot that capture reads. */
    public String slot() {
        return slotOf(site);
    }

    /** The replication slot of the peer, in the peer's database. */
    public String peerSlot() {
        return slotOf(peer);
    }

    private static String slotOf(SiteId site) {
        return "gemel_" + site;
    }

    /** The replication origin that the applier's transactions carry. */
    public String replicationOrigin() {
        return "gemel_" + peer;
    }

    /**
     * How to reach a database.
     *
     * @param url its JDBC URL, without user and password
     * @param user the role Gemel works as
     * @param password that role's password; empty when the server asks for none
     */
    public record Database(String url, String user, Secret password) {}

    /**
     * Names and retention of logs in Kafka.
     *
     * @param topicPrefix a log's topic is this, a dot, and the site's name
     * @param replicationFactor copies of the topic; -1 leaves it to the broker
     * @param retention how long records are kept, and so how long a peer may be down
     */
    public record Log(String topicPrefix, short replicationFactor, Duration retention) {}

    /**
     * What the site does for transaction routers and the VMs behind them.
     *
     * @param vmRoles the database roles that the application's VMs work as; none when no router is used
     * @param token token that a router must send; empty when none is needed
     * @param submissionRetention how long a submission's answer is remembered
     * @param gateLagMax the gate opens when the peer's transactions wait no longer than this to be applied
     */
    public record Router(List<String> vmRoles, Secret token, Duration submissionRetention, Duration gateLagMax) {
        public Router {
            vmRoles = List.copyOf(vmRoles);
        }
    }

    /**
     * The named limits of a site process.
     *
     * @param clockAheadMax a version further ahead of this machine's clock is rejected
     * @param heartbeatInterval how often an idle site writes its heartbeat
     * @param applyGroupRowsMax rows written in one apply transaction, unless one incoming transaction alone has more
     * @param applyLockTimeout how long an apply statement waits for a row's lock
     * @param applyLockKillAfter after how long a session that holds such a lock is terminated; zero for never
     * @param applyCatchupTimeout how long the applier, holding a row's lock, waits for capture
     * @param transactionPartBytesMax size of one log record; larger transactions travel in parts
     * @param rowBytesMax bytes of memory that the values of a changed row may take, 0 for two fifths of the heap
     * @param windowKeysMax keys the in-flight window may hold before capture waits with the next transaction
     * @param windowMemoryMax bytes of memory for its index, 0 for an eighth of the heap; what is more is spilled
     * @param windowSpillDir directory to spill to
     * @param windowImageBytesMax row image bytes the in-flight window may hold in memory
     * @param journalRetention how long conflicts stay in the journal
     * @param haltRetryInterval how long a halted side waits before it tries again
     * @param parkedTransactionsMax maximum number of parked transactions; the applier halts at the next one
     */
    public record Limits(
            Duration clockAheadMax,
            Duration heartbeatInterval,
            int applyGroupRowsMax,
            Duration applyLockTimeout,
            Duration applyLockKillAfter,
            Duration applyCatchupTimeout,
            long transactionPartBytesMax,
            long rowBytesMax,
            int windowKeysMax,
            long windowMemoryMax,
            Path windowSpillDir,
            long windowImageBytesMax,
            Duration journalRetention,
            Duration haltRetryInterval,
            int parkedTransactionsMax) {}
}
