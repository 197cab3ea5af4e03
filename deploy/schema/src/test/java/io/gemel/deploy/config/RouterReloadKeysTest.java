package io.gemel.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.embedded.SelfSigned;
import io.gemel.router.Router;
import io.gemel.router.api.RouterConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each documented key is taken by a running router, or refused by its name: none is passed over in silence. */
class RouterReloadKeysTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "configuration.md");
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\|", Pattern.MULTILINE);

    /** What a running router cannot change. */
    private static final Set<String> FIXED =
            Set.of("router", "site", "listen", "listen.proxy.protocol", "http2", "admin.listen", "threads");

    private static final Map<String, String> BASE = Map.ofEntries(
            Map.entry("router", "east-1"),
            Map.entry("site", "east"),
            Map.entry("vm.e1.url", "http://127.0.0.1:9001"),
            Map.entry("vm.e1.site", "east"),
            Map.entry("vm.e1.host", "host-1"),
            Map.entry("vm.e2.url", "http://127.0.0.1:9002"),
            Map.entry("vm.e2.site", "east"),
            Map.entry("vm.e2.host", "host-2"),
            Map.entry("vm.e2.group", "shop"),
            Map.entry("route./shop.group", "shop"),
            Map.entry("vm.w1.url", "http://127.0.0.1:9003"),
            Map.entry("vm.w1.site", "west"),
            Map.entry("vm.w1.host", "host-3"),
            Map.entry("discover.shop.dns", "shop.test:9001"),
            Map.entry("discover.shop.site", "east"),
            Map.entry("site.east.status", "http://127.0.0.1:7070"),
            Map.entry("site.west.status", "http://127.0.0.1:7071"),
            Map.entry("tls.certificate", "first.pem"),
            Map.entry("tls.key", "first.key"));

    /** Another value than the default's or the base's for each key, as the page names it. */
    private static final Map<String, String> OTHER = Map.ofEntries(
            Map.entry("router", "east-2"),
            Map.entry("site", "west"),
            Map.entry("listen", "127.0.0.1:8090"),
            Map.entry("tls.certificate", "second.pem"),
            Map.entry("tls.key", "second.key"),
            Map.entry("tls.authorities", "first.pem"),
            Map.entry("tls.sni.<name>.certificate", "second.pem"),
            Map.entry("tls.sni.<name>.key", "second.key"),
            Map.entry("tls.outbound.certificate", "second.pem"),
            Map.entry("tls.outbound.key", "second.key"),
            Map.entry("tls.client.auth", "request"),
            Map.entry("tls.client.authorities", "first.pem"),
            Map.entry("trusted.proxies", "10.0.0.0/8"),
            Map.entry("listen.proxy.protocol", "true"),
            Map.entry("host.preserve", "false"),
            Map.entry("key.scope.headers", "X-Account"),
            Map.entry("key.scope.certificate", "false"),
            Map.entry("trace", "true"),
            Map.entry("trace.sampled", "10"),
            Map.entry("admin.listen", "127.0.0.1:8091"),
            Map.entry("admin.token", "s3cret"),
            Map.entry("access.log", "json"),
            Map.entry("access.log.fields", "time, id, trace"),
            Map.entry("durability", "applied"),
            Map.entry("durability.timeout", "9s"),
            Map.entry("request.timeout", "29s"),
            Map.entry("attempts.max", "4"),
            Map.entry("wait.max", "4s"),
            Map.entry("drain.timeout", "2m"),
            Map.entry("stop.delay", "4s"),
            Map.entry("body.max", "2MiB"),
            Map.entry("bodies.max", "255MiB"),
            Map.entry("headers.max", "17KiB"),
            Map.entry("line.max", "9KiB"),
            Map.entry("requests.max", "4095"),
            Map.entry("connections.max", "9999"),
            Map.entry("http2", "false"),
            Map.entry("http2.streams.max", "99"),
            Map.entry("upgrades.max", "999"),
            Map.entry("vm.connections.max", "511"),
            Map.entry("vm.requests.max", "7"),
            Map.entry("vm.headers.max", "255KiB"),
            Map.entry("threads", "63"),
            Map.entry("idle.timeout", "2m"),
            Map.entry("header.timeout", "9s"),
            Map.entry("body.timeout", "19s"),
            Map.entry("connect.timeout", "400ms"),
            Map.entry("vm.idle.timeout", "14s"),
            Map.entry("heartbeat.interval", "90ms"),
            Map.entry("heartbeat.interval.remote", "400ms"),
            Map.entry("verdict.avoid", "240ms"),
            Map.entry("verdict.resubmit", "900ms"),
            Map.entry("verdict.site.down", "2400ms"),
            Map.entry("slow.start", "9s"),
            Map.entry("lag.max", "29s"),
            Map.entry("discover.interval", "6s"),
            Map.entry("discover.server", "127.0.0.1:8600"),
            Map.entry("register.token", "t0ken"),
            Map.entry("register.lease", "16s"),
            Map.entry("discover.<name>.dns", "_http._tcp.shop.test"),
            Map.entry("discover.<name>.site", "west"),
            Map.entry("discover.<name>.heartbeat.port", "9101"),
            Map.entry("discover.<name>.requests.max", "9"),
            Map.entry("discover.<name>.group", "shop"),
            Map.entry("vm.<name>.url", "http://127.0.0.1:9009"),
            Map.entry("vm.<name>.site", "west"),
            Map.entry("vm.<name>.host", "host-9"),
            Map.entry("vm.<name>.heartbeat.url", "http://127.0.0.1:9109"),
            Map.entry("vm.<name>.requests.max", "8"),
            Map.entry("vm.<name>.group", "shop"),
            Map.entry("vm.<name>.weight", "50"),
            Map.entry("site.<name>.status", "http://127.0.0.1:7079"),
            Map.entry("site.<name>.token", "s3cret"),
            Map.entry("route.<prefix>.durability", "shipped"),
            Map.entry("route.<prefix>.resubmit", "false"),
            Map.entry("route.<prefix>.submission", "true"),
            Map.entry("route.<prefix>.timeout", "28s"),
            Map.entry("route.<prefix>.methods", "GET"),
            Map.entry("route.<prefix>.group", "shop"),
            Map.entry("route.<prefix>.sticky", "SHOPVM"));

    @TempDir
    Path folder;

    @Test
    void every_documented_key_is_taken_or_refused_by_name() throws Exception {
        certificate("first");
        certificate("second");
        List<String> documented = documented();
        assertThat(OTHER.keySet()).containsExactlyInAnyOrderElementsOf(documented);

        for (String key : documented) {
            String name = key.replace("vm.<name>", "vm.e1")
                    .replace("site.<name>", "site.east")
                    .replace("tls.sni.<name>", "tls.sni.shop")
                    .replace("discover.<name>", "discover.shop")
                    .replace("<prefix>", "/a");
            String said = reload(changed(name, OTHER.get(key)));
            if (FIXED.contains(key)) {
                assertThat(said)
                        .as(key)
                        .contains("nothing has changed: " + key + " cannot change while the router runs");
            } else {
                String shown = name.startsWith("route.") ? "route./a" : name.replaceFirst("(sni\\.shop)\\..*", "$1");
                assertThat(said).as(key).contains(" applied: ").contains(shown);
            }
        }
    }

    @Test
    void sites_stay() throws Exception {
        certificate("first");
        Map<String, String> alone = new LinkedHashMap<>(BASE);
        alone.keySet().removeIf(key -> key.startsWith("vm.w1") || key.startsWith("site.west"));

        assertThat(reload(alone)).contains("site.west.status cannot be added or removed", "restart the router");
    }

    private Map<String, String> changed(String key, String value) {
        Map<String, String> lines = new LinkedHashMap<>(BASE);
        lines.put(key, value);
        // A certificate comes with its key, and those who sign certificates with the demand for one.
        for (String pair : new String[] {"tls", "tls.outbound", "tls.sni.shop"}) {
            if (key.equals(pair + ".certificate") || key.equals(pair + ".key")) {
                lines.put(pair + ".certificate", OTHER.get("tls.certificate"));
                lines.put(pair + ".key", OTHER.get("tls.key"));
            }
        }
        if (key.startsWith("tls.client.")) {
            lines.put("tls.client.auth", OTHER.get("tls.client.auth"));
            lines.put("tls.client.authorities", OTHER.get("tls.client.authorities"));
        }
        return lines;
    }

    private String reload(Map<String, String> next) throws Exception {
        RouterConfig first = read(BASE);
        RouterConfig second = read(next);
        try (Router router = new Router(first, () -> second, InstantSource.system(), new SecureRandom())) {
            return router.reload()
                    .handle((done, why) -> why == null ? done : why.getMessage())
                    .toCompletableFuture()
                    .get();
        }
    }

    private RouterConfig read(Map<String, String> lines) throws ConfigException, IOException {
        List<String> text = new ArrayList<>();
        lines.forEach((key, value) -> text.add(key + "=" + value));
        return RouterConfigFile.read(Files.write(folder.resolve("router.properties"), text), Map.of());
    }

    private void certificate(String name) throws Exception {
        SelfSigned keys = SelfSigned.make(folder, "EC", "dns:east");
        SecretFile.write(folder.resolve(name + ".pem"), keys.certificate());
        SecretFile.write(folder.resolve(name + ".key"), keys.key());
    }

    private static List<String> documented() throws IOException {
        String page = Files.readString(PAGE);
        Matcher row = ROW.matcher(page.substring(page.indexOf("# Configuration: `router.properties`")));
        List<String> documented = new ArrayList<>();
        while (row.find()) {
            documented.add(row.group(1));
        }
        return documented;
    }
}
