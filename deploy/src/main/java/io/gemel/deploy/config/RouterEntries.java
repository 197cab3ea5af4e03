package io.gemel.deploy.config;

import io.gemel.router.RouterConfig;
import io.gemel.router.RouterConfig.Durability;
import io.gemel.router.RouterDiscovery;
import io.gemel.transaction.SiteId;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The VMs, sites, routes, names in DNS of one {@code router.properties}: keys that have a name of the operator's choice in their middle. */
final class RouterEntries {
    /** Those that have a dot themselves. */
    private static final List<String> KEYS_WITH_DOTS = List.of(".requests.max", ".heartbeat.url", ".heartbeat.port");

    private final Map<String, VmLines> vms = new TreeMap<>();
    private final Map<String, SiteLines> sites = new TreeMap<>();
    private final Map<String, RouteLines> routes = new TreeMap<>();
    private final Map<String, CertificateLines> certificates = new TreeMap<>();
    private final Map<String, DiscoverLines> discoveries = new TreeMap<>();
    private boolean registering;

    /** What the lines of one VM have said so far. */
    private static final class VmLines {
        private final String firstKey;
        private @Nullable URI url;
        private @Nullable SiteId site;
        private @Nullable String host;
        private int requestsMax;
        private @Nullable URI heartbeatUrl;
        private String group = RouterConfig.GROUP_DEFAULT;
        private int weight = RouterConfig.WEIGHT_DEFAULT;

        VmLines(String firstKey) {
            this.firstKey = firstKey;
        }

        boolean take(String what, String text) throws BadValueException {
            switch (what) {
                case "url" -> url = Values.httpUrl(text);
                case "site" -> site = Values.siteName(text);
                case "host" -> host = Values.name(text);
                case "heartbeat.url" -> heartbeatUrl = Values.httpUrl(text);
                case "requests.max" -> requestsMax = Values.count(text, 0, RouterKeys.VM_REQUESTS_LIMIT);
                case "group" -> group = Values.name(text);
                case "weight" -> weight = Values.count(text, 0, RouterConfig.WEIGHT_MAX);
                default ->
                    throw new BadValueException(
                            "is not known",
                            "a VM has the keys url, site, host, heartbeat.url, requests.max, group and weight");
            }
            return true;
        }
    }

    /** What the lines of one site have said so far. */
    private static final class SiteLines {
        private final String firstKey;
        private @Nullable URI status;
        private @Nullable String token;

        SiteLines(String firstKey) {
            this.firstKey = firstKey;
        }

        boolean take(String what, String text) throws BadValueException {
            switch (what) {
                case "status" -> status = Values.httpUrl(text);
                case "token" -> token = text.isEmpty() ? null : text;
                default -> throw new BadValueException("is not known", "a site has the keys status and token");
            }
            return true;
        }
    }

    /** What the lines of one route have said so far. */
    private static final class RouteLines {
        private final String host;
        private final String prefix;
        private @Nullable Durability durability;
        private boolean resubmit = true;
        private @Nullable Boolean submission;
        private @Nullable Duration timeout;
        private @Nullable List<String> methods;
        private @Nullable String group;
        private @Nullable String sticky;

        RouteLines(String host, String prefix) {
            this.host = host;
            this.prefix = prefix;
        }

        boolean take(String what, String text) throws BadValueException {
            switch (what) {
                case "durability" -> durability = RouterKeys.durability(text);
                case "resubmit" -> resubmit = Values.yesOrNo(text);
                case "submission" -> submission = Values.yesOrNo(text);
                case "timeout" -> timeout = Values.duration(text, RouterKeys.LEAST, RouterKeys.HOUR);
                case "methods" -> methods = Values.list(text);
                case "group" -> group = Values.name(text);
                case "sticky" -> sticky = text;
                default ->
                    throw new BadValueException(
                            "is not known",
                            "a route has the keys durability, resubmit, submission, timeout, methods, group and sticky");
            }
            return true;
        }
    }

    /** What the lines of one certificate for some hosts have said so far. */
    static final class CertificateLines {
        private final String firstKey;
        private String certificate = "";
        private String key = "";

        CertificateLines(String firstKey) {
            this.firstKey = firstKey;
        }

        boolean take(String what, String text) throws BadValueException {
            switch (what) {
                case "certificate" -> certificate = Values.notBlank(text);
                case "key" -> key = Values.notBlank(text);
                default ->
                    throw new BadValueException("is not known", "such an entry has the keys certificate and key");
            }
            return true;
        }

        String certificate() {
            return certificate;
        }

        String key() {
            return key;
        }
    }

    /** What the lines of one name in DNS have said so far. */
    private static final class DiscoverLines {
        private final String firstKey;
        private @Nullable String dns;
        private int port;
        private @Nullable SiteId site;
        private int heartbeatPort;
        private int requestsMax;
        private String group = RouterConfig.GROUP_DEFAULT;

        DiscoverLines(String firstKey) {
            this.firstKey = firstKey;
        }

        boolean take(String what, String text) throws BadValueException {
            switch (what) {
                case "dns" -> {
                    HostPort addresses =
                            text.contains(":") ? Values.hostPort(text) : new HostPort(Values.notBlank(text), 0);
                    dns = addresses.host();
                    port = addresses.port();
                }
                case "site" -> site = Values.siteName(text);
                case "heartbeat.port" -> heartbeatPort = Values.count(text, 1, Values.PORT_MAX);
                case "requests.max" -> requestsMax = Values.count(text, 0, RouterKeys.VM_REQUESTS_LIMIT);
                case "group" -> group = Values.name(text);
                default ->
                    throw new BadValueException(
                            "is not known",
                            "a name in DNS has the keys dns, site, heartbeat.port, requests.max and group");
            }
            return true;
        }
    }

    /** Whether a key belongs here, as no key with a fixed name does; when it does, its value has been kept. */
    boolean take(String name, String text) throws BadValueException {
        if (RouterKeys.ALL.stream().anyMatch(fixed -> fixed.name().equals(name))) {
            registering |= name.equals(RouterKeys.REGISTER_TOKEN.name()) && !text.isEmpty();
            return false;
        }
        int last = KEYS_WITH_DOTS.stream()
                .filter(name::endsWith)
                .map(key -> name.length() - key.length())
                .findAny()
                .orElse(name.lastIndexOf('.'));
        String what = name.substring(last + 1);
        if (name.startsWith(RouterKeys.VM_OF) && last > RouterKeys.VM_OF.length()) {
            String vm = Values.name(name.substring(RouterKeys.VM_OF.length(), last));
            return vms.computeIfAbsent(vm, first -> new VmLines(name)).take(what, text);
        }
        if (name.startsWith(RouterKeys.SITE_OF) && last > RouterKeys.SITE_OF.length()) {
            String site = name.substring(RouterKeys.SITE_OF.length(), last);
            Values.siteName(site);
            return sites.computeIfAbsent(site, first -> new SiteLines(name)).take(what, text);
        }
        if (name.startsWith(RouterKeys.ROUTE_OF) && last > RouterKeys.ROUTE_OF.length()) {
            String route = name.substring(RouterKeys.ROUTE_OF.length(), last);
            int slash = Math.max(0, route.indexOf('/')); // what stands before the path is a host
            String host = route.substring(0, slash).toLowerCase(Locale.ROOT);
            String prefix = Values.pathPrefix(route.substring(slash));
            return routes.computeIfAbsent(host + prefix, first -> new RouteLines(host, prefix))
                    .take(what, text);
        }
        if (name.startsWith(RouterKeys.DISCOVER_OF) && last > RouterKeys.DISCOVER_OF.length()) {
            String discovery = Values.name(name.substring(RouterKeys.DISCOVER_OF.length(), last));
            return discoveries
                    .computeIfAbsent(discovery, first -> new DiscoverLines(name))
                    .take(what, text);
        }
        if (name.startsWith(RouterKeys.CERTIFICATE_OF) && last > RouterKeys.CERTIFICATE_OF.length()) {
            String certificate = Values.name(name.substring(RouterKeys.CERTIFICATE_OF.length(), last));
            return certificates
                    .computeIfAbsent(certificate, first -> new CertificateLines(name))
                    .take(what, text);
        }
        return false;
    }

    /** Certificates for some hosts, by the operator's word for each. */
    Map<String, CertificateLines> certificates() {
        return certificates;
    }

    /** Reports what is missing among the entries, or does not fit together. */
    void check(SettingsReader settings) {
        if (vms.isEmpty() && discoveries.isEmpty() && !registering) {
            settings.report(0, "no VM is named", "add lines vm.NAME.url=..., vm.NAME.site=... and vm.NAME.host=...");
        }
        discoveries.forEach((name, each) -> {
            String prefix = RouterKeys.DISCOVER_OF + name;
            requireSet(settings, each.firstKey, prefix + ".dns", each.dns);
            requireSet(settings, each.firstKey, prefix + ".site", each.site);
            requireProcess(settings, prefix + ".site", each.site);
        });
        Map<URI, String> urls = new TreeMap<>();
        vms.forEach((name, vm) -> {
            String prefix = RouterKeys.VM_OF + name;
            requireSet(settings, vm.firstKey, prefix + ".url", vm.url);
            requireSet(settings, vm.firstKey, prefix + ".site", vm.site);
            requireSet(settings, vm.firstKey, prefix + ".host", vm.host);
            requireProcess(settings, prefix + ".site", vm.site);
            URI url = vm.url;
            String other = url == null ? null : urls.putIfAbsent(url, name);
            if (other != null) {
                settings.reportAt(
                        prefix + ".url",
                        prefix + ".url is that of the VM " + other + ", too",
                        "give each VM its own address");
            }
        });
        sites.forEach((name, site) ->
                requireSet(settings, site.firstKey, RouterKeys.SITE_OF + name + ".status", site.status));
        certificates.forEach((name, certificate) -> {
            String prefix = RouterKeys.CERTIFICATE_OF + name;
            requireSet(settings, certificate.firstKey, prefix + ".certificate", setOrNull(certificate.certificate));
            requireSet(settings, certificate.firstKey, prefix + ".key", setOrNull(certificate.key));
        });
        requireProcess(settings, RouterKeys.SITE.name(), settings.ifGood(RouterKeys.SITE));
    }

    private void requireProcess(SettingsReader settings, String key, @Nullable SiteId site) {
        if (site != null && !sites.containsKey(site.name())) {
            settings.reportAt(
                    key,
                    key + " names " + site + ", whose process is not named",
                    "add a line site." + site + ".status=http://HOST:PORT");
        }
    }

    private static @Nullable String setOrNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static void requireSet(SettingsReader settings, String firstKey, String key, @Nullable Object value) {
        if (value == null && settings.lineOf(key) == 0) {
            settings.reportAt(firstKey, "the key " + key + " is missing", "add a line " + key + "=...");
        }
    }

    /** Every VM, by its name; call when nothing was reported. */
    List<RouterConfig.Vm> vms() {
        List<RouterConfig.Vm> all = new ArrayList<>();
        vms.forEach((name, vm) -> {
            if (vm.url != null && vm.site != null && vm.host != null) {
                all.add(new RouterConfig.Vm(
                        name, vm.url, vm.site, vm.host, vm.requestsMax, vm.heartbeatUrl, vm.group, vm.weight));
            }
        });
        return all;
    }

    /** Every site, by its name; call when nothing was reported. */
    List<RouterConfig.Site> sites() {
        List<RouterConfig.Site> all = new ArrayList<>();
        sites.forEach((name, site) -> {
            if (site.status != null) {
                all.add(new RouterConfig.Site(new SiteId(name), site.status, site.token));
            }
        });
        return all;
    }

    /** Every name in DNS, by its name here; call when nothing was reported. */
    List<RouterDiscovery.Name> discoveries() {
        List<RouterDiscovery.Name> all = new ArrayList<>();
        discoveries.forEach((name, each) -> {
            if (each.dns != null && each.site != null) {
                all.add(new RouterDiscovery.Name(
                        name, each.site, each.dns, each.port, each.heartbeatPort, each.requestsMax, each.group));
            }
        });
        return all;
    }

    List<RouterConfig.Route> routes() {
        List<RouterConfig.Route> all = new ArrayList<>();
        routes.values()
                .forEach(route -> all.add(new RouterConfig.Route(
                        route.host,
                        route.prefix,
                        route.durability,
                        route.resubmit,
                        route.submission,
                        route.timeout,
                        route.methods,
                        route.group,
                        route.sticky)));
        return all;
    }
}
