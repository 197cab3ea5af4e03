package io.gemel.deploy.config;

import static io.gemel.deploy.config.Key.count;
import static io.gemel.deploy.config.Key.duration;
import static io.gemel.deploy.config.Key.key;
import static io.gemel.deploy.config.Key.required;
import static io.gemel.deploy.config.Key.size;

import io.gemel.router.api.Durability;
import io.gemel.router.api.RouterAccessLog;
import io.gemel.router.api.RouterClientTls;
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
    static final String CERTIFICATE_OF = "tls.sni.";
    static final String DISCOVER_OF = "discover.";

    static final int VM_REQUESTS_LIMIT = 100_000;

    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;
    private static final long GIB = 1024 * MIB;
    static final Duration LEAST = Duration.ofMillis(10);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    static final Duration HOUR = Duration.ofHours(1);

    static final Key<String> ROUTER = required("router", Values::name, String.class);
    static final Key<SiteId> SITE = required("site", Values::siteName, SiteId.class);
    static final Key<HostPort> LISTEN = key("listen", "127.0.0.1:8080", Values::hostPort, HostPort.class);
    static final Key<String> TLS_CERTIFICATE = key("tls.certificate", "", text -> text, String.class);
    static final Key<String> TLS_KEY = key("tls.key", "", text -> text, String.class);
    static final Key<String> TLS_AUTHORITIES = key("tls.authorities", "", text -> text, String.class);
    static final Key<String> OUTBOUND_CERTIFICATE = key("tls.outbound.certificate", "", text -> text, String.class);
    static final Key<String> OUTBOUND_KEY = key("tls.outbound.key", "", text -> text, String.class);
    static final Key<RouterClientTls.Auth> CLIENT_AUTH =
            key("tls.client.auth", "none", RouterKeys::clientAuth, RouterClientTls.Auth.class);
    static final Key<String> CLIENT_AUTHORITIES = key("tls.client.authorities", "", text -> text, String.class);
    static final Key<String> TRUSTED_PROXIES = key("trusted.proxies", "", text -> text, String.class);
    static final Key<Boolean> PROXY_PROTOCOL = key("listen.proxy.protocol", "false", Values::yesOrNo, Boolean.class);
    static final Key<Boolean> HOST_PRESERVE = key("host.preserve", "true", Values::yesOrNo, Boolean.class);
    static final Key<String> KEY_SCOPE_HEADERS = key("key.scope.headers", "Authorization", text -> text, String.class);
    static final Key<Boolean> KEY_SCOPE_CERTIFICATE =
            key("key.scope.certificate", "true", Values::yesOrNo, Boolean.class);
    static final Key<Boolean> HTTP2 = key("http2", "true", Values::yesOrNo, Boolean.class);
    static final Key<Boolean> TRACE = key("trace", "false", Values::yesOrNo, Boolean.class);
    static final Key<Integer> TRACE_SAMPLED = count("trace.sampled", "100", 0, 100);
    static final Key<HostPort> ADMIN_LISTEN = key("admin.listen", "127.0.0.1:8081", Values::hostPort, HostPort.class);
    static final Key<Secret> ADMIN_TOKEN = key("admin.token", "", Secret::new, Secret.class);
    static final Key<RouterAccessLog.Format> ACCESS_LOG =
            key("access.log", "true", RouterKeys::accessLog, RouterAccessLog.Format.class);
    static final Key<String> ACCESS_LOG_FIELDS =
            key("access.log.fields", "", RouterKeys::accessLogFields, String.class);

    static final Key<Durability> DURABILITY = key("durability", "local", RouterKeys::durability, Durability.class);
    static final Key<Duration> DURABILITY_TIMEOUT = duration("durability.timeout", "10s", LEAST, TEN_MINUTES);
    static final Key<Duration> REQUEST_TIMEOUT = duration("request.timeout", "30s", LEAST, TEN_MINUTES);
    static final Key<Integer> ATTEMPTS_MAX = count("attempts.max", "5", 1, 100);
    static final Key<Duration> WAIT_MAX = duration("wait.max", "5s", Duration.ZERO, TEN_MINUTES);
    static final Key<Duration> DRAIN_TIMEOUT = duration("drain.timeout", "1m", LEAST, HOUR);
    static final Key<Duration> STOP_DELAY = duration("stop.delay", "5s", Duration.ZERO, TEN_MINUTES);

    static final Key<Long> BODY_MAX = size("body.max", "1MiB", KIB, 64 * MIB);
    static final Key<Long> BODIES_MAX = size("bodies.max", "256MiB", MIB, 64 * GIB);
    static final Key<Long> HEADERS_MAX = size("headers.max", "16KiB", KIB, MIB);
    static final Key<Long> LINE_MAX = size("line.max", "8KiB", 256, MIB);
    static final Key<Integer> REQUESTS_MAX = count("requests.max", "4096", 1, 1_000_000);
    static final Key<Integer> CONNECTIONS_MAX = count("connections.max", "10000", 1, 1_000_000);
    static final Key<Integer> HTTP2_STREAMS_MAX = count("http2.streams.max", "100", 1, 10_000);
    static final Key<Integer> UPGRADES_MAX = count("upgrades.max", "1000", 0, 1_000_000);
    static final Key<Integer> VM_CONNECTIONS_MAX = count("vm.connections.max", "512", 1, 100_000);
    static final Key<Integer> VM_REQUESTS_MAX = count("vm.requests.max", "0", 0, VM_REQUESTS_LIMIT);
    static final Key<Long> VM_HEADERS_MAX = size("vm.headers.max", "256KiB", KIB, 16 * MIB);
    static final Key<Integer> THREADS = count("threads", "0", 0, 64);
    static final Key<Duration> IDLE_TIMEOUT = duration("idle.timeout", "1m", LEAST, HOUR);
    static final Key<Duration> HEADER_TIMEOUT = duration("header.timeout", "10s", LEAST, TEN_MINUTES);
    static final Key<Duration> BODY_TIMEOUT = duration("body.timeout", "20s", LEAST, TEN_MINUTES);

    static final Key<Duration> CONNECT_TIMEOUT = duration("connect.timeout", "500ms", LEAST, MINUTE);
    static final Key<Duration> VM_IDLE_TIMEOUT = duration("vm.idle.timeout", "15s", LEAST, HOUR);
    static final Key<Duration> HEARTBEAT_INTERVAL = duration("heartbeat.interval", "100ms", LEAST, MINUTE);
    static final Key<Duration> HEARTBEAT_INTERVAL_REMOTE =
            duration("heartbeat.interval.remote", "500ms", LEAST, MINUTE);
    static final Key<Duration> VERDICT_AVOID = duration("verdict.avoid", "250ms", LEAST, MINUTE);
    static final Key<Duration> VERDICT_RESUBMIT = duration("verdict.resubmit", "1s", LEAST, MINUTE);
    static final Key<Duration> VERDICT_SITE_DOWN = duration("verdict.site.down", "2500ms", LEAST, TEN_MINUTES);
    static final Key<Duration> SLOW_START = duration("slow.start", "10s", Duration.ZERO, TEN_MINUTES);
    static final Key<Duration> DISCOVER_INTERVAL =
            duration("discover.interval", "5s", Duration.ofMillis(100), TEN_MINUTES);
    static final Key<String> DISCOVER_SERVER = key("discover.server", "", RouterKeys::server, String.class);
    static final Key<Secret> REGISTER_TOKEN = key("register.token", "", Secret::new, Secret.class);
    static final Key<Duration> REGISTER_LEASE = duration("register.lease", "15s", Duration.ofSeconds(1), HOUR);

    static final Key<Duration> LAG_MAX = duration("lag.max", "30s", LEAST, Duration.ofDays(1));

    /** Every fixed key, in the order of the documentation. */
    static final List<Key<?>> ALL = List.of(
            ROUTER,
            SITE,
            LISTEN,
            TLS_CERTIFICATE,
            TLS_KEY,
            TLS_AUTHORITIES,
            OUTBOUND_CERTIFICATE,
            OUTBOUND_KEY,
            CLIENT_AUTH,
            CLIENT_AUTHORITIES,
            TRUSTED_PROXIES,
            PROXY_PROTOCOL,
            HOST_PRESERVE,
            KEY_SCOPE_HEADERS,
            KEY_SCOPE_CERTIFICATE,
            HTTP2,
            TRACE,
            TRACE_SAMPLED,
            ADMIN_LISTEN,
            ADMIN_TOKEN,
            ACCESS_LOG,
            ACCESS_LOG_FIELDS,
            DURABILITY,
            DURABILITY_TIMEOUT,
            REQUEST_TIMEOUT,
            ATTEMPTS_MAX,
            WAIT_MAX,
            DRAIN_TIMEOUT,
            STOP_DELAY,
            BODY_MAX,
            BODIES_MAX,
            HEADERS_MAX,
            LINE_MAX,
            REQUESTS_MAX,
            CONNECTIONS_MAX,
            HTTP2_STREAMS_MAX,
            UPGRADES_MAX,
            VM_CONNECTIONS_MAX,
            VM_REQUESTS_MAX,
            VM_HEADERS_MAX,
            THREADS,
            IDLE_TIMEOUT,
            HEADER_TIMEOUT,
            BODY_TIMEOUT,
            CONNECT_TIMEOUT,
            VM_IDLE_TIMEOUT,
            HEARTBEAT_INTERVAL,
            HEARTBEAT_INTERVAL_REMOTE,
            VERDICT_AVOID,
            VERDICT_RESUBMIT,
            VERDICT_SITE_DOWN,
            SLOW_START,
            LAG_MAX,
            DISCOVER_INTERVAL,
            DISCOVER_SERVER,
            REGISTER_TOKEN,
            REGISTER_LEASE);

    private RouterKeys() {}

    static RouterAccessLog.Format accessLog(String text) throws BadValueException {
        return switch (text) {
            case "true" -> RouterAccessLog.Format.TEXT;
            case "json" -> RouterAccessLog.Format.JSON;
            case "false" -> RouterAccessLog.Format.NONE;
            default -> throw new BadValueException("is '" + text + "'", "write true, json or false");
        };
    }

    static RouterClientTls.Auth clientAuth(String text) throws BadValueException {
        return Values.word(text, RouterClientTls.Auth.class);
    }

    private static String server(String text) throws BadValueException {
        if (!text.isEmpty()) {
            Values.hostPort(text);
        }
        return text;
    }

    /** A name that is none is refused here, so that the complaint has its line. */
    static String accessLogFields(String text) throws BadValueException {
        for (String field : text.split(",", -1)) {
            if (!text.isBlank() && !RouterAccessLog.names().contains(field.trim())) {
                throw new BadValueException(
                        "has '" + field.trim() + "', which is not a field",
                        "the fields are " + String.join(", ", RouterAccessLog.names()));
            }
        }
        return text;
    }

    static Durability durability(String text) throws BadValueException {
        return Values.word(text, Durability.class);
    }
}
