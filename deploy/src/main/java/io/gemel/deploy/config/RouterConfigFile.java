package io.gemel.deploy.config;

import io.gemel.deploy.config.RouterSettings.Durability;
import io.gemel.transaction.SiteId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads one {@code router.properties}, as strictly as {@link SiteConfigFile} does. An instance reads one file once. */
public final class RouterConfigFile {
    private final Path file;
    private final SettingsReader settings;
    private final Map<String, VmLines> vms = new TreeMap<>();
    private final Map<String, SiteLines> sites = new TreeMap<>();
    private final Map<String, RouteLines> routes = new TreeMap<>();

    /** What the lines of one VM have said so far. */
    private static final class VmLines {
        private final int line;
        private @Nullable URI url;
        private @Nullable SiteId site;
        private @Nullable String host;

        VmLines(int line) {
            this.line = line;
        }
    }

    /** What the lines of one site have said so far. */
    private static final class SiteLines {
        private final int line;
        private @Nullable URI status;
        private Secret token = new Secret("");

        SiteLines(int line) {
            this.line = line;
        }
    }

    /** What the lines of one route have said so far. */
    private static final class RouteLines {
        private @Nullable Durability durability;
        private boolean resubmit = true;
    }

    private RouterConfigFile(Path file, Map<String, String> environment) {
        this.file = file;
        this.settings = new SettingsReader(file, environment, RouterKeys.ALL, this::takeOpen);
    }

    /** Whether a file describes a router rather than a site: it says so in its key {@code router}. False for one that cannot be read. */
    public static boolean describesRouter(Path file) {
        try {
            return PropertiesText.parse(Files.readString(file)).settings().stream()
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
    public static RouterSettings read(Path file) throws ConfigException {
        return read(file, System.getenv());
    }

    /**
     * Reads a file.
     *
     * @param environment what <code>${env:NAME}</code> may refer to
     * @throws ConfigException with every problem found
     */
    public static RouterSettings read(Path file, Map<String, String> environment) throws ConfigException {
        return new RouterConfigFile(file, environment).read();
    }

    private RouterSettings read() throws ConfigException {
        settings.read();
        checkVms();
        checkSites();
        checkTls();
        settings.refuseProblems();
        return routerSettings();
    }

    private boolean takeOpen(String name, String text, int line) throws BadValueException {
        int last = name.lastIndexOf('.');
        String what = name.substring(last + 1);
        if (name.startsWith(RouterKeys.VM_OF) && last > RouterKeys.VM_OF.length()) {
            String vm = Values.name(name.substring(RouterKeys.VM_OF.length(), last));
            return take(vms.computeIfAbsent(vm, first -> new VmLines(line)), what, text);
        }
        if (name.startsWith(RouterKeys.SITE_OF) && last > RouterKeys.SITE_OF.length()) {
            String site = name.substring(RouterKeys.SITE_OF.length(), last);
            Values.siteName(site);
            return take(sites.computeIfAbsent(site, first -> new SiteLines(line)), what, text);
        }
        if (name.startsWith(RouterKeys.ROUTE_OF) && last > RouterKeys.ROUTE_OF.length()) {
            String prefix = Values.pathPrefix(name.substring(RouterKeys.ROUTE_OF.length(), last));
            return take(routes.computeIfAbsent(prefix, first -> new RouteLines()), what, text);
        }
        return false;
    }

    private static boolean take(VmLines vm, String what, String text) throws BadValueException {
        switch (what) {
            case "url" -> vm.url = Values.httpUrl(text);
            case "site" -> vm.site = Values.siteName(text);
            case "host" -> vm.host = Values.name(text);
            default -> throw new BadValueException("is not known", "a VM has the keys url, site and host");
        }
        return true;
    }

    private static boolean take(SiteLines site, String what, String text) throws BadValueException {
        switch (what) {
            case "status" -> site.status = Values.httpUrl(text);
            case "token" -> site.token = new Secret(text);
            default -> throw new BadValueException("is not known", "a site has the keys status and token");
        }
        return true;
    }

    private static boolean take(RouteLines route, String what, String text) throws BadValueException {
        switch (what) {
            case "durability" -> route.durability = RouterKeys.durability(text);
            case "resubmit" -> route.resubmit = Values.yesOrNo(text);
            default -> throw new BadValueException("is not known", "a route has the keys durability and resubmit");
        }
        return true;
    }

    private void checkVms() {
        if (vms.isEmpty()) {
            settings.report(0, "no VM is named", "add lines vm.NAME.url=..., vm.NAME.site=... and vm.NAME.host=...");
        }
        Map<URI, String> urls = new TreeMap<>();
        vms.forEach((name, vm) -> {
            String prefix = RouterKeys.VM_OF + name;
            requireSet(vm.line, prefix + ".url", vm.url);
            requireSet(vm.line, prefix + ".site", vm.site);
            requireSet(vm.line, prefix + ".host", vm.host);
            SiteId site = vm.site;
            if (site != null && !sites.containsKey(site.name())) {
                settings.report(
                        settings.lineOf(prefix + ".site"),
                        prefix + ".site names " + site + ", whose process is not named",
                        "add a line site." + site + ".status=http://HOST:PORT");
            }
            URI url = vm.url;
            String other = url == null ? null : urls.putIfAbsent(url, name);
            if (other != null) {
                settings.report(
                        settings.lineOf(prefix + ".url"),
                        prefix + ".url is that of the VM " + other + ", too",
                        "give each VM its own address");
            }
        });
    }

    private void checkSites() {
        sites.forEach((name, site) -> requireSet(site.line, RouterKeys.SITE_OF + name + ".status", site.status));
        SiteId own = settings.ifGood(RouterKeys.SITE);
        if (own != null && !sites.containsKey(own.name())) {
            settings.report(
                    settings.lineOf(RouterKeys.SITE),
                    "site names " + own + ", whose process is not named",
                    "add a line site." + own + ".status=http://HOST:PORT");
        }
    }

    private void requireSet(int line, String key, @Nullable Object value) {
        if (value == null && settings.lineOf(key) == 0) {
            settings.report(line, "the key " + key + " is missing", "add a line " + key + "=...");
        }
    }

    private void checkTls() {
        String certificate = settings.ifGood(RouterKeys.TLS_CERTIFICATE);
        String key = settings.ifGood(RouterKeys.TLS_KEY);
        if (certificate == null || key == null) {
            return;
        }
        if (certificate.isEmpty() != key.isEmpty()) {
            Key<String> lacking = certificate.isEmpty() ? RouterKeys.TLS_CERTIFICATE : RouterKeys.TLS_KEY;
            settings.report(
                    settings.lineOf(lacking),
                    lacking.name() + " is not set",
                    "name the certificate and its key, or neither");
        }
        for (Key<String> each : List.of(RouterKeys.TLS_CERTIFICATE, RouterKeys.TLS_KEY)) {
            String name = settings.get(each);
            if (!name.isEmpty() && !Files.isReadable(resolve(name))) {
                settings.report(
                        settings.lineOf(each),
                        each.name() + " is " + resolve(name) + ", which cannot be read",
                        "name a PEM file, readable by the user that runs gemel");
            }
        }
    }

    /** A relative path is taken from the folder of the configuration file. */
    private Path resolve(String name) {
        return file.toAbsolutePath().resolveSibling(name);
    }

    private <T> T get(Key<T> key) {
        return settings.get(key);
    }

    private RouterSettings routerSettings() {
        Optional<RouterSettings.Tls> tls = get(RouterKeys.TLS_CERTIFICATE).isEmpty()
                ? Optional.empty()
                : Optional.of(new RouterSettings.Tls(
                        resolve(get(RouterKeys.TLS_CERTIFICATE)), resolve(get(RouterKeys.TLS_KEY))));
        return new RouterSettings(
                file,
                get(RouterKeys.ROUTER),
                get(RouterKeys.SITE),
                get(RouterKeys.LISTEN),
                tls,
                get(RouterKeys.ADMIN_LISTEN),
                get(RouterKeys.ADMIN_TOKEN),
                get(RouterKeys.ACCESS_LOG),
                vms(),
                sites(),
                get(RouterKeys.DURABILITY),
                routes(),
                new RouterSettings.Intake(
                        get(RouterKeys.BODY_MAX),
                        get(RouterKeys.REQUESTS_MAX),
                        get(RouterKeys.HEADERS_MAX),
                        get(RouterKeys.ATTEMPTS_MAX)),
                times());
    }

    private List<RouterSettings.Vm> vms() {
        List<RouterSettings.Vm> all = new ArrayList<>();
        vms.forEach((name, vm) -> {
            if (vm.url != null && vm.site != null && vm.host != null) {
                all.add(new RouterSettings.Vm(name, vm.url, vm.site, vm.host));
            }
        });
        return all;
    }

    private List<RouterSettings.Site> sites() {
        List<RouterSettings.Site> all = new ArrayList<>();
        sites.forEach((name, site) -> {
            if (site.status != null) {
                all.add(new RouterSettings.Site(new SiteId(name), site.status, site.token));
            }
        });
        return all;
    }

    private List<RouterSettings.Route> routes() {
        List<RouterSettings.Route> all = new ArrayList<>();
        routes.forEach((prefix, route) ->
                all.add(new RouterSettings.Route(prefix, Optional.ofNullable(route.durability), route.resubmit)));
        all.sort(Comparator.comparingInt(
                        (RouterSettings.Route route) -> route.prefix().length())
                .reversed());
        return all;
    }

    private RouterSettings.Times times() {
        return new RouterSettings.Times(
                get(RouterKeys.REQUEST_TIMEOUT),
                get(RouterKeys.DURABILITY_TIMEOUT),
                get(RouterKeys.IDLE_TIMEOUT),
                get(RouterKeys.HEADER_TIMEOUT),
                get(RouterKeys.BODY_TIMEOUT),
                get(RouterKeys.HEARTBEAT_INTERVAL),
                get(RouterKeys.HEARTBEAT_INTERVAL_REMOTE),
                get(RouterKeys.VERDICT_AVOID),
                get(RouterKeys.VERDICT_RESUBMIT),
                get(RouterKeys.VERDICT_SITE_DOWN),
                get(RouterKeys.SLOW_START),
                get(RouterKeys.LAG_MAX));
    }
}
