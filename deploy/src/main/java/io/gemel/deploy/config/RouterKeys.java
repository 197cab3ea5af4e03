package io.gemel.deploy.config;

import static io.gemel.deploy.config.Key.count;
import static io.gemel.deploy.config.Key.duration;
import static io.gemel.deploy.config.Key.key;
import static io.gemel.deploy.config.Key.required;
import static io.gemel.deploy.config.Key.size;

import io.gemel.transaction.SiteId;
import java.time.Duration;
import java.util.List;

/**
 * Every key of {@code router.properties} whose name is fixed, with its default and how its text is read. The page docs/configuration.md
 * describes each of them; a test compares the two.
 */
final class RouterKeys {
    static final String VM_OF = "vm.";
    static final String SITE_OF = "site.";
    static final String ROUTE_OF = "route.";

    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;
    private static final Duration TENTH = Duration.ofMillis(100);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    static final Key<String> ROUTER = required("router", Values::name, String.class);
    static final Key<SiteId> SITE = required("site", Values::siteName, SiteId.class);
    static final Key<HostPort> LISTEN = key("listen", "127.0.0.1:8080", Values::hostPort, HostPort.class);
    static final Key<HostPort> ADMIN_LISTEN = key("admin.listen", "127.0.0.1:8081", Values::hostPort, HostPort.class);
    static final Key<Secret> ADMIN_TOKEN = key("admin.token", "", Secret::new, Secret.class);
    static final Key<String> TLS_CERTIFICATE = key("tls.certificate", "", text -> text, String.class);
    static final Key<String> TLS_KEY = key("tls.key", "", text -> text, String.class);
    static final Key<Boolean> ACCESS_LOG = key("access.log", "true", Values::yesOrNo, Boolean.class);

    static final Key<RouterSettings.Durability> DURABILITY =
            key("durability", "local", RouterKeys::durability, RouterSettings.Durability.class);
    static final Key<Duration> DURABILITY_TIMEOUT =
            duration("durability.timeout", "10s", TENTH, Duration.ofMinutes(10));
    static final Key<Duration> REQUEST_TIMEOUT = duration("request.timeout", "30s", TENTH, Duration.ofMinutes(10));
    static final Key<Integer> ATTEMPTS_MAX = count("attempts.max", "5", 1, 100);

    static final Key<Long> BODY_MAX = size("body.max", "1MiB", KIB, 64 * MIB);
    static final Key<Integer> REQUESTS_MAX = count("requests.max", "1000", 1, 1_000_000);
    static final Key<Long> HEADERS_MAX = size("headers.max", "16KiB", KIB, MIB);
    static final Key<Duration> IDLE_TIMEOUT =
            duration("idle.timeout", "1m", Duration.ofSeconds(1), Duration.ofHours(1));
    static final Key<Duration> HEADER_TIMEOUT = duration("header.timeout", "10s", TENTH, Duration.ofMinutes(10));
    static final Key<Duration> BODY_TIMEOUT = duration("body.timeout", "30s", TENTH, Duration.ofMinutes(10));

    static final Key<Duration> HEARTBEAT_INTERVAL =
            duration("heartbeat.interval", "100ms", Duration.ofMillis(10), MINUTE);
    static final Key<Duration> HEARTBEAT_INTERVAL_REMOTE =
            duration("heartbeat.interval.remote", "500ms", Duration.ofMillis(10), MINUTE);
    static final Key<Duration> VERDICT_AVOID = duration("verdict.avoid", "250ms", Duration.ofMillis(20), MINUTE);
    static final Key<Duration> VERDICT_RESUBMIT = duration("verdict.resubmit", "1s", TENTH, MINUTE);
    static final Key<Duration> VERDICT_SITE_DOWN =
            duration("verdict.site.down", "2500ms", TENTH, Duration.ofMinutes(10));
    static final Key<Duration> SLOW_START = duration("slow.start", "10s", Duration.ZERO, Duration.ofMinutes(10));
    static final Key<Duration> LAG_MAX = duration("lag.max", "1m", TENTH, Duration.ofDays(1));

    /** Every fixed key, in the order of the documentation. */
    static final List<Key<?>> ALL = List.of(
            ROUTER,
            SITE,
            LISTEN,
            TLS_CERTIFICATE,
            TLS_KEY,
            ADMIN_LISTEN,
            ADMIN_TOKEN,
            ACCESS_LOG,
            DURABILITY,
            DURABILITY_TIMEOUT,
            REQUEST_TIMEOUT,
            ATTEMPTS_MAX,
            BODY_MAX,
            REQUESTS_MAX,
            HEADERS_MAX,
            IDLE_TIMEOUT,
            HEADER_TIMEOUT,
            BODY_TIMEOUT,
            HEARTBEAT_INTERVAL,
            HEARTBEAT_INTERVAL_REMOTE,
            VERDICT_AVOID,
            VERDICT_RESUBMIT,
            VERDICT_SITE_DOWN,
            SLOW_START,
            LAG_MAX);

    private RouterKeys() {}

    static RouterSettings.Durability durability(String text) throws BadValueException {
        return Values.word(text, RouterSettings.Durability.class);
    }
}
