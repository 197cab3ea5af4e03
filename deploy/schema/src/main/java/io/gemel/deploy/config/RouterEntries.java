package io.gemel.deploy.config;

import io.gemel.router.api.Route;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterDiscovery;
import io.gemel.transaction.SiteId;
import java.net.URI;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The entries of one {@code router.properties}: keys that have a name of the operator's choice in their middle. */
final class RouterEntries {
    /** Ends of keys that have a dot themselves. */
    private static final List<String> KEYS_WITH_DOTS = List.of(".requests.max", ".heartbeat.url", ".heartbeat.port");

    private final Map<String, VmLines> vms = new TreeMap<>();
    private final Map<String, SiteLines> sites = new TreeMap<>();
    private final Map<String, RouteLines> routes = new TreeMap<>();
    private final Map<String, CertificateLines> certificates = new TreeMap<>();
    private final Map<String, DiscoverLines> discoveries = new TreeMap<>();

    /** By the beginning of an entry's keys: the first of them that was met. */
    private final Map<String, String> firstKeys = new HashMap<>();

    private boolean registering;

    /** Whether a key belongs here, as no key with a fixed name does; when it does, its value has been kept. */
    boolean take(String key, String text) throws BadValueException {
        if (RouterKeys.ALL.stream().anyMatch(fixed -> fixed.name().equals(key))) {
            registering |= key.equals(RouterKeys.REGISTER_TOKEN.name()) && !text.isEmpty();
            return false;
        }
        int last = KEYS_WITH_DOTS.stream()
                .filter(key::endsWith)
                .map(end -> key.length() - end.length())
                .findAny()
                .orElse(key.lastIndexOf('.'));
        EntryLines lines = last < 0 ? null : lines(key.substring(0, last));
        if (lines == null) {
            return false;
        }
        firstKeys.putIfAbsent(key.substring(0, last), key);
        lines.take(key.substring(last + 1), text);
        return true;
    }

    /** Those of the entry whose keys begin so; null when no entry's do. */
    private @Nullable EntryLines lines(String entry) throws BadValueException {
        String vm = behind(RouterKeys.VM_OF, entry);
        if (vm != null) {
            return vms.computeIfAbsent(Values.name(vm), VmLines::new);
        }
        String site = behind(RouterKeys.SITE_OF, entry);
        if (site != null) {
            SiteId id = Values.siteName(site);
            return sites.computeIfAbsent(site, unused -> new SiteLines(id));
        }
        String route = behind(RouterKeys.ROUTE_OF, entry);
        if (route != null) {
            int slash = Math.max(0, route.indexOf('/')); // what stands before the path is a host
            String host = route.substring(0, slash).toLowerCase(Locale.ROOT);
            String prefix = Values.pathPrefix(route.substring(slash));
            return routes.computeIfAbsent(host + prefix, unused -> new RouteLines(host, prefix));
        }
        String discovery = behind(RouterKeys.DISCOVER_OF, entry);
        if (discovery != null) {
            return discoveries.computeIfAbsent(Values.name(discovery), DiscoverLines::new);
        }
        String certificate = behind(RouterKeys.CERTIFICATE_OF, entry);
        return certificate == null
                ? null
                : certificates.computeIfAbsent(Values.name(certificate), unused -> new CertificateLines());
    }

    private static @Nullable String behind(String beginning, String entry) {
        boolean named = entry.startsWith(beginning) && entry.length() > beginning.length();
        return named ? entry.substring(beginning.length()) : null;
    }

    /** Reports what is missing among the entries, or does not fit together. */
    void check(SettingsReader settings) {
        if (vms.isEmpty() && discoveries.isEmpty() && !registering) {
            settings.report(0, "no VM is named", "add lines vm.NAME.url=..., vm.NAME.site=... and vm.NAME.host=...");
        }
        requireAll(settings, RouterKeys.DISCOVER_OF, discoveries);
        requireAll(settings, RouterKeys.VM_OF, vms);
        requireAll(settings, RouterKeys.SITE_OF, sites);
        requireAll(settings, RouterKeys.CERTIFICATE_OF, certificates);
        discoveries.forEach(
                (name, each) -> requireProcess(settings, RouterKeys.DISCOVER_OF + name + ".site", each.site()));
        Map<URI, String> urls = new TreeMap<>();
        vms.forEach((name, vm) -> {
            requireProcess(settings, RouterKeys.VM_OF + name + ".site", vm.site());
            String key = RouterKeys.VM_OF + name + ".url";
            URI url = vm.url();
            String other = url == null ? null : urls.putIfAbsent(url, name);
            if (other != null) {
                settings.reportAt(key, key + " is that of the VM " + other + ", too", "give each VM its own address");
            }
        });
        requireProcess(settings, RouterKeys.SITE.name(), settings.ifGood(RouterKeys.SITE));
    }

    private void requireAll(SettingsReader settings, String beginning, Map<String, ? extends EntryLines> entries) {
        entries.forEach((name, lines) -> {
            String entry = beginning + name;
            for (String end : lines.lacking()) {
                String key = entry + "." + end;
                if (settings.lineOf(key) == 0) { // a bad value is reported already
                    settings.reportAt(
                            firstKeys.getOrDefault(entry, key),
                            "the key " + key + " is missing",
                            "add a line " + key + "=...");
                }
            }
        });
    }

    private void requireProcess(SettingsReader settings, String key, @Nullable SiteId site) {
        if (site != null && !sites.containsKey(site.name())) {
            settings.reportAt(
                    key,
                    key + " names " + site + ", whose process is not named",
                    "add a line site." + site + ".status=http://HOST:PORT");
        }
    }

    /** Every VM, by its name; call when nothing was reported. */
    List<RouterConfig.Vm> vms() {
        return whole(vms.values(), VmLines::vm);
    }

    /** Every site, by its name; call when nothing was reported. */
    List<RouterConfig.Site> sites() {
        return whole(sites.values(), SiteLines::site);
    }

    /** Every name in DNS, by its name here; call when nothing was reported. */
    List<RouterDiscovery.Name> discoveries() {
        return whole(discoveries.values(), DiscoverLines::name);
    }

    List<Route> routes() {
        return whole(routes.values(), RouteLines::route);
    }

    /** Certificates for some hosts, by the operator's word for each. */
    Map<String, CertificateLines> certificates() {
        return certificates;
    }

    private static <L, T> List<T> whole(Collection<L> lines, Function<L, @Nullable T> made) {
        return lines.stream().<T>map(made).filter(Objects::nonNull).toList();
    }
}
