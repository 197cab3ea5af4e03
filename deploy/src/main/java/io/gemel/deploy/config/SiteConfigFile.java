package io.gemel.deploy.config;

import io.gemel.conflict.SitePriority;
import io.gemel.conflict.TablePolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Reads one {@code site.properties}. Strict: unknown keys, bad values, missing keys and keys set twice are all found before it gives up, so
 * that an operator mends a file once. An instance reads one file once.
 */
public final class SiteConfigFile {
    private final Path file;
    private final Placeholders placeholders;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final Map<SiteKeys.Key<?>, Object> values = new HashMap<>();
    private final Map<String, Integer> lines = new HashMap<>();
    private final Map<String, String> kafka = new HashMap<>();
    private final Map<String, String> peerKafka = new HashMap<>();
    private final List<PolicyRule> policyRules = new ArrayList<>();
    private final List<String> literalSecrets = new ArrayList<>();

    private SiteConfigFile(Path file, Map<String, String> environment) {
        this.file = file;
        Path folder = file.toAbsolutePath().getParent();
        this.placeholders = new Placeholders(Objects.requireNonNull(folder, "a file has a folder"), environment);
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
        PropertiesText.Parsed parsed = PropertiesText.parse(text());
        parsed.malformed().forEach(bad -> report(bad.line(), bad.problem(), "write the character itself, as UTF-8"));
        parsed.settings().forEach(this::take);
        SiteKeys.ALL.forEach(this::takeDefault);
        checkAcrossKeys();
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(ConfigProblem::line));
            throw new ConfigException(problems);
        }
        return config();
    }

    private String text() throws ConfigException {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            String problem = Files.exists(file) ? "cannot be read as UTF-8 text" : "no such file";
            report(0, problem, "name a readable site.properties file");
            throw new ConfigException(problems);
        }
    }

    private void take(PropertiesText.Setting setting) {
        String key = setting.key();
        Integer earlier = lines.putIfAbsent(key, setting.line());
        if (earlier != null) {
            report(setting.line(), key + " is set already in line " + earlier, "keep one of them");
            return;
        }
        try {
            if (setting.value().matches(".*\\s#.*")) {
                throw new BadValueException(
                        "has a comment behind its value",
                        "move the comment to its own line (a value that really holds ' #' goes into a ${file:...})");
            }
            if (isSecret(setting)
                    && Placeholders.hasNone(setting.value())
                    && !setting.value().isEmpty()) {
                literalSecrets.add(key);
            }
            store(key, placeholders.replaceIn(setting.value()), setting.line());
        } catch (BadValueException e) {
            report(setting.line(), key + " " + e.problem(), e.mend());
        }
    }

    private void store(String name, String text, int line) throws BadValueException {
        Optional<SiteKeys.Key<?>> known =
                SiteKeys.ALL.stream().filter(key -> key.name().equals(name)).findFirst();
        if (known.isPresent()) {
            values.put(known.get(), known.get().parser().parse(text));
        }
        if (name.startsWith(SiteKeys.KAFKA)) {
            kafka.put(name.substring(SiteKeys.KAFKA.length()), text);
        } else if (name.startsWith(SiteKeys.PEER_KAFKA)) {
            peerKafka.put(name.substring(SiteKeys.PEER_KAFKA.length()), text);
        } else if (name.startsWith(SiteKeys.POLICY_OF)) {
            TablePattern tables = TablePattern.parse(name.substring(SiteKeys.POLICY_OF.length()));
            policyRules.add(new PolicyRule(tables, PolicyText.parse(text), line));
        } else if (known.isEmpty()) {
            List<String> names = SiteKeys.ALL.stream().map(SiteKeys.Key::name).toList();
            String mend = NearestName.of(name, names)
                    .map(meant -> "did you mean " + meant + "?")
                    .orElse("remove it; docs/configuration.md lists every key");
            report(line, "unknown key " + name, mend);
        }
    }

    private static boolean isSecret(PropertiesText.Setting setting) {
        String key = setting.key().toLowerCase(Locale.ROOT);
        return key.contains("password")
                || key.contains("secret")
                || key.contains("token")
                || key.endsWith("jaas.config");
    }

    private void takeDefault(SiteKeys.Key<?> key) {
        if (lines.containsKey(key.name())) {
            return;
        }
        String text = key.defaultText();
        if (text == null) {
            report(0, "the key " + key.name() + " is missing", "add a line " + key.name() + "=...");
            return;
        }
        try {
            values.put(key, key.parser().parse(text));
        } catch (BadValueException e) {
            throw new IllegalStateException("the default of " + key.name() + " " + e.problem(), e);
        }
    }

    private void checkAcrossKeys() {
        Object site = values.get(SiteKeys.SITE);
        if (site != null && site.equals(values.get(SiteKeys.PEER))) {
            report(lineOf(SiteKeys.PEER), "peer and site are both " + site, "name the other site");
        }
        checkPreferredSites();
        String peerServers = peerKafka.get(KafkaSettings.BOOTSTRAP_SERVERS);
        if (peerServers != null) {
            String name = SiteKeys.PEER_KAFKA + KafkaSettings.BOOTSTRAP_SERVERS;
            try {
                Values.hostPorts(peerServers);
            } catch (BadValueException e) {
                report(lines.getOrDefault(name, 0), name + " " + e.problem(), e.mend());
            }
        }
    }

    private void checkPreferredSites() {
        Map<TablePolicy, Integer> policies = new LinkedHashMap<>();
        if (values.get(SiteKeys.CONFLICT_POLICY) instanceof TablePolicy policy) {
            policies.put(policy, lineOf(SiteKeys.CONFLICT_POLICY));
        }
        policyRules.forEach(rule -> policies.put(rule.policy(), rule.line()));
        policies.forEach((policy, line) -> {
            if (policy.policy() instanceof SitePriority priority
                    && !priority.preferred().equals(values.get(SiteKeys.SITE))
                    && !priority.preferred().equals(values.get(SiteKeys.PEER))) {
                report(
                        line,
                        "conflict.policy prefers the site " + priority.preferred()
                                + ", which is neither this one nor its peer",
                        "name one of the two");
            }
        });
    }

    private int lineOf(SiteKeys.Key<?> key) {
        return lines.getOrDefault(key.name(), 0);
    }

    private void report(int line, String problem, String mend) {
        problems.add(new ConfigProblem(file, line, problem, mend));
    }

    private <T> T get(SiteKeys.Key<T> key) {
        return key.type().cast(Objects.requireNonNull(values.get(key), key.name()));
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
                limits(),
                literalSecrets);
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
                get(SiteKeys.APPLY_CATCHUP_TIMEOUT),
                get(SiteKeys.TRANSACTION_PART_BYTES_MAX),
                get(SiteKeys.WINDOW_KEYS_MAX),
                get(SiteKeys.WINDOW_IMAGE_BYTES_MAX),
                get(SiteKeys.JOURNAL_RETENTION),
                get(SiteKeys.HALT_RETRY_INTERVAL),
                get(SiteKeys.PARKED_TRANSACTIONS_MAX));
    }
}
