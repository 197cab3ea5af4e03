package io.gemel.deploy.config;

import io.gemel.router.api.RouterAccessLog;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfigException;
import io.gemel.router.api.RouterDiscovery;
import io.gemel.router.api.RouterFrontend;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterProtocols;
import io.gemel.router.api.RouterTimes;
import io.gemel.router.api.RouterTraces;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Reads one {@code router.properties} and the entries in the folder beside it, as strictly as {@link SiteConfigFile} does. An instance reads
 * once.
 */
public final class RouterConfigFile {
    /** What the name of the folder with more entries ends with. */
    private static final String ENTRIES = ".d";

    private final Path file;
    private final RouterEntries entries = new RouterEntries();
    private final SettingsReader settings;

    private RouterConfigFile(Path file, Map<String, String> environment) {
        this.file = file;
        this.settings =
                new SettingsReader(file, environment, RouterKeys.ALL, (name, text, line) -> entries.take(name, text));
    }

    /** Whether a file describes a router rather than a site: it says so in its key {@code router}. False for one that cannot be read. */
    public static boolean describesRouter(Path file) {
        try {
            return PropertiesText.parse(TextFile.read(file)).settings().stream()
                    .anyMatch(setting -> setting.key().equals(RouterKeys.ROUTER.name()));
        } catch (IOException e) {
            return false; // whoever reads it as a site's file says what is wrong with it
        }
    }

    /**
     * Reads a file, with the environment of this process for <code>${env:NAME}</code>.
     *
     * @throws ConfigException with every problem found
     */
    public static RouterConfig read(Path file) throws ConfigException {
        return read(file, System.getenv());
    }

    /**
     * Reads a file.
     *
     * @param environment what <code>${env:NAME}</code> may refer to
     * @throws ConfigException with every problem found
     */
    public static RouterConfig read(Path file, Map<String, String> environment) throws ConfigException {
        return new RouterConfigFile(file, environment).read();
    }

    private RouterConfig read() throws ConfigException {
        settings.read();
        for (Path each : entryFiles()) {
            settings.readEntries(each);
        }
        entries.check(settings);
        RouterTlsFiles tls = RouterTlsFiles.read(settings, entries);
        settings.refuseProblems();
        try {
            return config(tls);
        } catch (RouterConfigException e) {
            for (String problem : e.problems()) {
                // What the module says begins with the setting's name.
                settings.reportAt(problem.split("[ =]", 2)[0], problem, "see docs/configuration.md");
            }
            settings.refuseProblems();
            throw e;
        }
    }

    /** Files with entries that programs write, by their names. */
    private List<Path> entryFiles() {
        Path folder = file.resolveSibling(file.getFileName() + ENTRIES);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.properties")) {
            found.forEach(files::add);
        } catch (IOException | DirectoryIteratorException e) {
            settings.report(
                    0,
                    "the folder " + folder + " cannot be read",
                    "let the user that runs gemel read it, or remove it");
        }
        files.sort(Comparator.naturalOrder());
        return files;
    }

    private <T> T get(Key<T> key) {
        return settings.get(key);
    }

    private RouterConfig config(RouterTlsFiles tls) {
        String token = get(RouterKeys.ADMIN_TOKEN).text();
        return new RouterConfig(
                get(RouterKeys.ROUTER),
                get(RouterKeys.SITE),
                address(RouterKeys.LISTEN),
                tls.listen(),
                new RouterFrontend(
                        listed(RouterKeys.TRUSTED_PROXIES),
                        get(RouterKeys.PROXY_PROTOCOL),
                        get(RouterKeys.HOST_PRESERVE),
                        listed(RouterKeys.KEY_SCOPE_HEADERS),
                        get(RouterKeys.KEY_SCOPE_CERTIFICATE),
                        tls.clients(),
                        new RouterProtocols(
                                get(RouterKeys.HTTP2), get(RouterKeys.HTTP2_STREAMS_MAX), get(RouterKeys.UPGRADES_MAX)),
                        new RouterTraces(get(RouterKeys.TRACE), get(RouterKeys.TRACE_SAMPLED))),
                tls.backends(),
                address(RouterKeys.ADMIN_LISTEN),
                token.isEmpty() ? null : token,
                entries.vms(),
                entries.sites(),
                discovery(),
                entries.routes(),
                get(RouterKeys.DURABILITY),
                new RouterAccessLog(get(RouterKeys.ACCESS_LOG), listed(RouterKeys.ACCESS_LOG_FIELDS)),
                times(),
                limits());
    }

    private RouterDiscovery discovery() {
        String server = get(RouterKeys.DISCOVER_SERVER);
        String token = get(RouterKeys.REGISTER_TOKEN).text();
        return new RouterDiscovery(
                entries.discoveries(),
                get(RouterKeys.DISCOVER_INTERVAL),
                server.isEmpty() ? null : unresolved(server),
                token.isEmpty() ? null : token,
                get(RouterKeys.REGISTER_LEASE));
    }

    private static InetSocketAddress unresolved(String text) {
        try {
            HostPort address = Values.hostPort(text);
            return InetSocketAddress.createUnresolved(address.host(), address.port());
        } catch (BadValueException e) {
            throw new IllegalStateException("was read already", e);
        }
    }

    private List<String> listed(Key<String> key) {
        return Values.list(get(key));
    }

    private RouterConfig.Address address(Key<HostPort> key) {
        return new RouterConfig.Address(get(key).host(), get(key).port());
    }

    private RouterTimes times() {
        return new RouterTimes(
                get(RouterKeys.REQUEST_TIMEOUT),
                get(RouterKeys.IDLE_TIMEOUT),
                get(RouterKeys.HEADER_TIMEOUT),
                get(RouterKeys.BODY_TIMEOUT),
                get(RouterKeys.CONNECT_TIMEOUT),
                get(RouterKeys.VM_IDLE_TIMEOUT),
                get(RouterKeys.HEARTBEAT_INTERVAL),
                get(RouterKeys.HEARTBEAT_INTERVAL_REMOTE),
                get(RouterKeys.VERDICT_AVOID),
                get(RouterKeys.VERDICT_RESUBMIT),
                get(RouterKeys.VERDICT_SITE_DOWN),
                get(RouterKeys.DURABILITY_TIMEOUT),
                get(RouterKeys.SLOW_START),
                get(RouterKeys.LAG_MAX),
                get(RouterKeys.WAIT_MAX),
                get(RouterKeys.DRAIN_TIMEOUT),
                get(RouterKeys.STOP_DELAY));
    }

    private RouterLimits limits() {
        int threads = get(RouterKeys.THREADS);
        return new RouterLimits(
                Math.toIntExact(get(RouterKeys.BODY_MAX)),
                get(RouterKeys.BODIES_MAX),
                Math.toIntExact(get(RouterKeys.HEADERS_MAX)),
                Math.toIntExact(get(RouterKeys.LINE_MAX)),
                get(RouterKeys.REQUESTS_MAX),
                get(RouterKeys.CONNECTIONS_MAX),
                get(RouterKeys.VM_CONNECTIONS_MAX),
                get(RouterKeys.VM_REQUESTS_MAX),
                Math.toIntExact(get(RouterKeys.VM_HEADERS_MAX)),
                get(RouterKeys.ATTEMPTS_MAX),
                threads == 0 ? RouterLimits.defaults().threads() : threads);
    }
}
