package io.gemel.deploy.config;

import io.gemel.conflict.SitePriority;
import io.gemel.conflict.TablePolicy;
import io.gemel.transaction.SiteId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one {@code site.properties}. Strict: unknown keys, bad values, missing keys and keys set twice are all found
 * before it gives up, so that an operator fixes a file once. An instance reads one file once.
 */
public final class SiteConfigFile {
    private final Path file;
    private final SettingsReader settings;
    private final Map<String, String> kafka = new HashMap<>();
    private final Map<String, String> peerKafka = new HashMap<>();
    private final List<PolicyRule> policyRules = new ArrayList<>();

    private SiteConfigFile(Path file, Map<String, String> environment) {
        this.file = file;
        this.settings = new SettingsReader(file, environment, SiteKeys.ALL, this::takeOpen);
    }

    /**
     * Reads a file, with the environment of this process for <code>${env:NAME}</code>.
     *
     * @throws ConfigException with every problem found
     */
    public static SiteConfig read(Path file) throws ConfigException {
        return read(file, System.getenv());
    }

    /**
     * Reads a file.
     *
     * @param environment what <code>${env:NAME}</code> may refer to
     * @throws ConfigException with every problem found
     */
    public static SiteConfig read(Path file, Map<String, String> environment) throws ConfigException {
        return new SiteConfigFile(file, environment).read();
    }

    /**
     * Reads several files, all of them before it gives up.
     *
     * @throws ConfigException with every problem found in any of them
     */
    public static List<SiteConfig> readAll(List<Path> files) throws ConfigException {
        List<SiteConfig> sites = new ArrayList<>();
        List<ConfigProblem> problems = new ArrayList<>();
        for (Path file : files) {
            try {
                sites.add(read(file));
            } catch (ConfigException e) {
                problems.addAll(e.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return sites;
    }

    private SiteConfig read() throws ConfigException {
        settings.read();
        checkAcrossKeys();
        settings.refuseProblems();
        return config();
    }

    /** Client settings of either cluster, and policies of tables; {@code kafka.bootstrap.servers} is a fixed key besides. */
    private boolean takeOpen(String name, String text, int line) throws BadValueException {
        if (name.startsWith(SiteKeys.KAFKA)) {
            kafka.put(name.substring(SiteKeys.KAFKA.length()), text);
        } else if (name.startsWith(SiteKeys.PEER_KAFKA)) {
            peerKafka.put(name.substring(SiteKeys.PEER_KAFKA.length()), text);
        } else if (name.startsWith(SiteKeys.POLICY_OF)) {
            TablePattern tables = TablePattern.parse(name.substring(SiteKeys.POLICY_OF.length()));
            policyRules.add(new PolicyRule(tables, PolicyText.parse(text), line));
        } else {
            return false;
        }
        return true;
    }

    private void checkAcrossKeys() {
        SiteId site = settings.ifGood(SiteKeys.SITE);
        if (site != null && site.equals(settings.ifGood(SiteKeys.PEER))) {
            settings.report(settings.lineOf(SiteKeys.PEER), "peer and site are both " + site, "name the other site");
        }
        checkPreferredSites();
        String peerServers = peerKafka.get(KafkaSettings.BOOTSTRAP_SERVERS);
        if (peerServers != null) {
            String name = SiteKeys.PEER_KAFKA + KafkaSettings.BOOTSTRAP_SERVERS;
            try {
                Values.hostPorts(peerServers);
            } catch (BadValueException e) {
                settings.report(settings.lineOf(name), name + " " + e.problem(), e.fix());
            }
        }
    }

    private void checkPreferredSites() {
        Map<TablePolicy, Integer> policies = new LinkedHashMap<>();
        TablePolicy byDefault = settings.ifGood(SiteKeys.CONFLICT_POLICY);
        if (byDefault != null) {
            policies.put(byDefault, settings.lineOf(SiteKeys.CONFLICT_POLICY));
        }
        policyRules.forEach(rule -> policies.put(rule.policy(), rule.line()));
        policies.forEach((policy, line) -> {
            if (policy.policy() instanceof SitePriority priority
                    && !priority.preferred().equals(settings.ifGood(SiteKeys.SITE))
                    && !priority.preferred().equals(settings.ifGood(SiteKeys.PEER))) {
                settings.report(
                        line,
                        "conflict.policy prefers the site " + priority.preferred()
                                + ", which is neither this one nor its peer",
                        "name one of the two");
            }
        });
    }

    private <T> T get(Key<T> key) {
        return settings.get(key);
    }

    private SiteConfig config() {
        KafkaSettings own = new KafkaSettings(kafka);
        return new SiteConfig(
                file,
                get(SiteKeys.SITE),
                get(SiteKeys.PEER),
                new SiteConfig.Database(
                        get(SiteKeys.DATABASE_URL), get(SiteKeys.DATABASE_USER), get(SiteKeys.DATABASE_PASSWORD)),
                own,
                own.with(peerKafka),
                new SiteConfig.Log(
                        get(SiteKeys.LOG_TOPIC_PREFIX),
                        get(SiteKeys.LOG_REPLICATION_FACTOR).shortValue(),
                        get(SiteKeys.LOG_RETENTION)),
                new TableSelection(get(SiteKeys.TABLES), get(SiteKeys.TABLES_EXCLUDE)),
                get(SiteKeys.CONFLICT_POLICY),
                policyRules,
                router(),
                get(SiteKeys.STATUS_LISTEN),
                get(SiteKeys.CHECK_ACKNOWLEDGED).causes(),
                limits(),
                settings.literalSecrets());
    }

    private SiteConfig.Router router() {
        return new SiteConfig.Router(
                get(SiteKeys.VM_ROLES).names(),
                get(SiteKeys.ROUTER_TOKEN),
                get(SiteKeys.SUBMISSION_RETENTION),
                get(SiteKeys.GATE_LAG_MAX));
    }

    private SiteConfig.Limits limits() {
        return new SiteConfig.Limits(
                get(SiteKeys.CLOCK_AHEAD_MAX),
                get(SiteKeys.HEARTBEAT_INTERVAL),
                get(SiteKeys.APPLY_GROUP_ROWS_MAX),
                get(SiteKeys.APPLY_LOCK_TIMEOUT),
                get(SiteKeys.APPLY_LOCK_KILL_AFTER),
                get(SiteKeys.APPLY_CATCHUP_TIMEOUT),
                get(SiteKeys.TRANSACTION_PART_BYTES_MAX),
                get(SiteKeys.ROW_BYTES_MAX),
                get(SiteKeys.WINDOW_KEYS_MAX),
                get(SiteKeys.WINDOW_MEMORY_MAX),
                get(SiteKeys.WINDOW_SPILL_DIR),
                get(SiteKeys.WINDOW_IMAGE_BYTES_MAX),
                get(SiteKeys.JOURNAL_RETENTION),
                get(SiteKeys.HALT_RETRY_INTERVAL),
                get(SiteKeys.PARKED_TRANSACTIONS_MAX));
    }
}
